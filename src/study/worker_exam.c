/* SPDX-License-Identifier: Apache-2.0 */
#include "study/worker_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* {"do":"ring"} with the descriptor of the ring: written by a preparer, read by a model. */
int miev_worker_do_ring(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err)
{
    (void)request;
    (void)reply;
    return worker->state ? miev_tensor_ring_take(&worker->ring, fd, false, err)
                         : miev_tensor_ring_take(&worker->preparer.ring, fd, true, err);
}

int miev_worker_do_as(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                      struct miev_error *err)
{
    (void)fd;
    (void)reply;
    return miev_preparer_as(&worker->preparer, request, err);
}

int miev_worker_do_keep(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err)
{
    (void)request;
    (void)reply;
    return miev_preparer_keep(&worker->preparer, fd, err);
}

int miev_worker_do_prepare(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err)
{
    return miev_preparer_prepare(&worker->preparer, request, fd, reply, err);
}

/* One tensor of the ring: its best classes as text, none where its scores are no numbers. */
static int classify_one(struct miev_worker *worker, const uint8_t *tensor, size_t n_best,
                        char *best, struct miev_error *err)
{
    int32_t classes[MIEV_PREDICT_TOP];
    memcpy(worker->tensor.data, tensor, worker->tensor.bytes);
    int rc = miev_worker_stage_inference(worker, err);
    if (rc != MIEV_OK)
        return rc;
    bool known =
        miev_worker_stage_postprocess(worker, err) == MIEV_OK && worker->predictor.n_best == n_best;
    for (size_t i = 0; i < n_best; i++)
        classes[i] = known ? (int32_t)worker->predictor.best[i].index : -1;
    miev_classes_write(classes, n_best, best);
    return MIEV_OK;
}

static int classify(struct miev_worker *worker, const uint8_t *tensors, size_t count, json_t *reply,
                    struct miev_error *err)
{
    size_t n_best = worker->predictor.n_best, each = n_best * MIEV_CLASS_DIGITS;
    char *best = calloc(count, each);
    if (!best)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu answers", count);
    int rc = MIEV_OK;
    uint64_t start_ns = miev_worker_now_ns();
    for (size_t i = 0; rc == MIEV_OK && i < count; i++)
        rc = classify_one(worker, tensors + i * worker->tensor.bytes, n_best, best + i * each, err);
    (void)json_object_set_new(reply, "busy_ns",
                              json_integer((json_int_t)(miev_worker_now_ns() - start_ns)));
    (void)json_object_set_new(reply, "best", json_stringn(best, count * each));
    free(best);
    return rc;
}

/* {"do":"classify","at","count"}: the best classes of tensors that lie ready in the ring. */
int miev_worker_do_classify(struct miev_worker *worker, const json_t *request, int fd,
                            json_t *reply, struct miev_error *err)
{
    (void)fd;
    uint8_t *tensors = NULL;
    json_int_t count = json_integer_value(json_object_get(request, "count"));
    if (!worker->rgb || worker->predictor.n_best == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"predict\" comes before \"classify\"");
    int rc =
        miev_tensor_ring_place(&worker->ring, json_integer_value(json_object_get(request, "at")),
                               count, worker->tensor.bytes, &tensors, err);
    return rc == MIEV_OK ? classify(worker, tensors, (size_t)count, reply, err) : rc;
}

/* {"do":"features"}: how many the last inference gave, and the tensor they came from. */
int miev_worker_do_features(struct miev_worker *worker, const json_t *request, int fd,
                            json_t *reply, struct miev_error *err)
{
    struct miev_tensor output = {0};
    (void)request;
    (void)fd;
    if (!worker->rgb)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"input\" comes before \"features\"");
    int rc = worker->engine->output(worker->state, 0, &output, err);
    if (rc == MIEV_OK)
        rc = miev_features_count(&output, worker->engine->channels_first, &worker->n_features, err);
    if (rc == MIEV_OK) {
        (void)json_object_set_new(reply, "length", json_integer((json_int_t)worker->n_features));
        (void)json_object_set_new(reply, "tensor", miev_worker_tensor_json(&output));
    }
    return rc;
}

/* {"do":"vectors"} with the descriptor of the memory for the features of all images. */
int miev_worker_do_vectors(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err)
{
    (void)request;
    (void)reply;
    return miev_tensor_ring_take(&worker->vectors, fd, true, err);
}

/* What is not finite stays so: the parent sees it. */
static int featurise_one(struct miev_worker *worker, const uint8_t *tensor, float *to,
                         struct miev_error *err)
{
    struct miev_tensor output = {0};
    memcpy(worker->tensor.data, tensor, worker->tensor.bytes);
    int rc = miev_worker_stage_inference(worker, err);
    if (rc == MIEV_OK)
        rc = worker->engine->output(worker->state, 0, &output, err);
    if (rc == MIEV_OK)
        (void)miev_features_read(&output, worker->engine->channels_first, worker->n_features, to);
    return rc;
}

/* {"do":"featurise","at","count","first"}: the features of tensors that lie ready in the ring, from
 * image `first` on. */
int miev_worker_do_featurise(struct miev_worker *worker, const json_t *request, int fd,
                             json_t *reply, struct miev_error *err)
{
    uint8_t *tensors = NULL, *vectors = NULL;
    size_t each = worker->n_features * sizeof(float);
    json_int_t count = json_integer_value(json_object_get(request, "count"));
    json_int_t first = json_integer_value(json_object_get(request, "first"));
    (void)fd;
    if (each == 0 || first < 0 || first > INT32_MAX)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"features\" comes before \"featurise\"");
    int rc =
        miev_tensor_ring_place(&worker->ring, json_integer_value(json_object_get(request, "at")),
                               count, worker->tensor.bytes, &tensors, err);
    if (rc == MIEV_OK)
        rc = miev_tensor_ring_place(&worker->vectors, first * (json_int_t)each, count, each,
                                    &vectors, err);
    uint64_t start_ns = miev_worker_now_ns();
    for (size_t i = 0; rc == MIEV_OK && i < (size_t)count; i++)
        rc = featurise_one(worker, tensors + i * worker->tensor.bytes,
                           (float *)(void *)(vectors + i * each), err);
    (void)json_object_set_new(reply, "busy_ns",
                              json_integer((json_int_t)(miev_worker_now_ns() - start_ns)));
    return rc;
}
