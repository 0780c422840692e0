/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker that is not trusted answers to "profile": what is taken adds up, and can be shared
 * out. */
#include <math.h>

#include "core/json.h"
#include "fuzz.h"
#include "profile/profile.h"
#include "profile/shares.h"

#define RUNS     3u
#define WAITED_S 2.0

static void check_shares(const struct miev_op_times *times)
{
    struct miev_shares shares;
    struct miev_error err = {.code = MIEV_OK};
    const double plain_s[] = {1e-3, 1e-3};
    double sum = 0;
    if (miev_shares_make(times, plain_s, 2, &shares, &err) == MIEV_OK) {
        sum = shares.between.share.value;
        for (size_t o = 0; o < times->n_ops; o++) {
            const struct miev_interval *share = &shares.ops[o].share;
            fuzz_require(share->low >= 0 && share->low <= share->value &&
                         share->value <= share->high && share->high <= 1);
            sum += share->value;
        }
        fuzz_require(fabs(sum - 1) < 1e-6);
    } else {
        fuzz_require(err.message[0] != '\0');
    }
    miev_shares_finish(&shares);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_op_times times = {.n_runs = 0};
    struct miev_error err = {.code = MIEV_OK};
    json_t *answer = NULL;
    char *text = fuzz_text(data, size);
    if (miev_json_parse(text, size, &answer, &err) == MIEV_OK) {
        if (miev_profile_take_answer(answer, RUNS, WAITED_S, &times, &err) == MIEV_OK)
            check_shares(&times);
        else
            fuzz_require(err.message[0] != '\0');
        miev_op_times_finish(&times);
    }
    json_decref(answer);
    free(text);
    return 0;
}
