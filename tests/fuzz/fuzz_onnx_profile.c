/* SPDX-License-Identifier: Apache-2.0 */
/* The file of ONNX Runtime's profiler, whose names come out of a model. */
#include <math.h>

#include "engine/onnx_profile.h"
#include "fuzz.h"

#define RUNS 2u

static void check_times(const struct miev_op_times *times)
{
    fuzz_require(times->n_ops <= MIEV_OPS_MAX);
    for (size_t o = 0; o < times->n_ops; o++) {
        const struct miev_op *op = &times->ops[o];
        fuzz_require(op->type[0] != '\0' && op->calls > 0);
        fuzz_require(memchr(op->name, '\0', sizeof(op->name)) != NULL);
        fuzz_require(memchr(op->type, '\0', sizeof(op->type)) != NULL);
        fuzz_require(memchr(op->provider, '\0', sizeof(op->provider)) != NULL);
        fuzz_require(memchr(op->shape, '\0', sizeof(op->shape)) != NULL);
        for (size_t r = 0; r < RUNS; r++)
            fuzz_require(isfinite(times->op_s[o * RUNS + r]) && times->op_s[o * RUNS + r] >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_op_times times;
    struct miev_error err = {.code = MIEV_OK};
    char *text = fuzz_text(data, size);
    fuzz_require(miev_op_times_init(&times, RUNS, &err) == MIEV_OK);
    if (miev_onnx_profile_read(text, size, &times, &err) == MIEV_OK)
        check_times(&times);
    else
        fuzz_require(err.message[0] != '\0');
    miev_op_times_finish(&times);
    free(text);
    return 0;
}
