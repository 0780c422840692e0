/* SPDX-License-Identifier: Apache-2.0 */
/* What a pass needs before it begins: the ring of tensors, and room for pictures that stay. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"
#include "eval/pass_parts.h"

#define MAX_CHUNK   128u /* more would not stay in the cache between decoder and model */
#define CHUNK_BYTES ((size_t)4 << 20) /* of tensors */

int miev_eval_memory(const char *name, size_t length, struct miev_error *err)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return miev_error_errno(err, "cannot make a memory file");
    /* Sealed against a process that would cut it short under the others. */
    if (ftruncate(fd, (off_t)length) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        int rc = miev_error_errno(err, "cannot make a memory file of %zu bytes", length);
        (void)close(fd);
        return rc;
    }
    return fd;
}

/* "as": what the model's worker was told about pictures, and the tensor they shall become. */
static int plan_tensors(struct miev_pass *pass, struct miev_error *err)
{
    const json_t *facts = pass->model->run->facts;
    json_t *input = json_array_get(json_object_get(facts, "inputs"), 0);
    const char *dtype = json_string_value(json_object_get(input, "dtype"));
    size_t i, bytes = dtype && strcmp(dtype, "float32") == 0   ? 4
                      : dtype && strcmp(dtype, "float16") == 0 ? 2
                                                               : 1;
    json_t *dim;
    json_array_foreach(json_object_get(input, "shape"), i, dim)
    {
        json_int_t side = json_integer_value(dim);
        if (side < 1 || side > 4096 || __builtin_mul_overflow(bytes, (size_t)side, &bytes))
            return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    }
    pass->as = json_copy(json_object_get(facts, "input_request"));
    if (!pass->as || json_object_set_new(pass->as, "do", json_string("as")) != 0 ||
        json_object_set(pass->as, "tensor", input) != 0)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the plan of pictures");
    pass->tensor_bytes = bytes;
    pass->max_chunk = bytes < CHUNK_BYTES / MAX_CHUNK ? MAX_CHUNK : CHUNK_BYTES / bytes;
    pass->max_chunk = pass->max_chunk > 0 ? pass->max_chunk : 1;
    pass->slot_bytes = pass->max_chunk * bytes;
    return MIEV_OK;
}

/* Pictures stay for the next model if there is one and they fit; those of another kind go. */
static int plan_keeping(struct miev_pass *pass, struct miev_error *err)
{
    static const char *const not_pixels[] = {"do",  "channels_first", "bgr",   "raw", "mean",
                                             "std", "logits",         "tensor"};
    struct miev_eval *eval = pass->eval;
    json_t *kind = json_copy(pass->as);
    size_t bytes = (size_t)json_integer_value(json_object_get(kind, "width")) *
                   (size_t)json_integer_value(json_object_get(kind, "height")) * 3 *
                   eval->dataset.n;
    for (size_t i = 0; i < sizeof(not_pixels) / sizeof(not_pixels[0]); i++)
        (void)json_object_del(kind, not_pixels[i]);
    char *text = json_dumps(kind, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(kind);
    bool same = eval->kept_as && text && strcmp(eval->kept_as, text) == 0;
    eval->keeps = eval->run.n_models > 1 && bytes > 0 && bytes <= MIEV_PASS_KEEP_BYTES;
    if (same || !eval->keeps) {
        free(text);
        return MIEV_OK;
    }
    if (eval->kept_fd >= 0)
        (void)close(eval->kept_fd);
    free(eval->kept_as);
    eval->kept_as = text;
    memset(eval->kept, 0, eval->dataset.n);
    int fd = miev_eval_memory("miev-kept", bytes, err);
    eval->kept_fd = fd < 0 ? -1 : fd;
    return fd < 0 ? fd : MIEV_OK;
}

int miev_pass_plan(struct miev_pass *pass, struct miev_error *err)
{
    int rc = plan_tensors(pass, err);
    return rc == MIEV_OK ? plan_keeping(pass, err) : rc;
}
