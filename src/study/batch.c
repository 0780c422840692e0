/* SPDX-License-Identifier: Apache-2.0 */
#include "study/batch.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

/* Kernels for other sizes round otherwise, and an 8-bit score moves in steps of 1/256. */
#define ROUNDING 0.01

int miev_batch_item(const struct miev_tensor *tensor, size_t n, size_t i, struct miev_tensor *out,
                    struct miev_error *err)
{
    *out = *tensor;
    if (n == 1)
        return MIEV_OK;
    if (tensor->n_dims == 0 || tensor->dims[0] != (int64_t)n || tensor->bytes % n != 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model computes no batches: with %zu pictures its tensor '%s' "
                              "has no %zu parts; run it with batch 1",
                              n, tensor->name, n);
    out->dims[0] = 1;
    out->bytes = tensor->bytes / n;
    if (tensor->data)
        out->data = (char *)tensor->data + i * out->bytes;
    return MIEV_OK;
}

void miev_batch_spread(const struct miev_tensor *first, size_t n)
{
    for (size_t i = 1; i < n; i++)
        memcpy((char *)first->data + i * first->bytes, first->data, first->bytes);
}

int miev_batch_compare(const double *scores, const double *alone, size_t n_scores, size_t i,
                       size_t n, struct miev_error *err)
{
    for (size_t k = 0; k < n_scores; k++)
        if (!(fabs(scores[k] - alone[k]) <= ROUNDING))
            return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                  "the model computes no batches: of %zu equal pictures at once "
                                  "number %zu gets %.3g for class %zu, by itself %.3g; run it with "
                                  "batch 1",
                                  n, i + 1, scores[k], k, alone[k]);
    return MIEV_OK;
}
