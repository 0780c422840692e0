/* SPDX-License-Identifier: Apache-2.0 */
#include "study/worker_parts.h"

#include <stdlib.h>

#include "core/error.h"
#include "media/media.h"
#include "study/batch.h"

int miev_worker_stage_decode(struct miev_worker *worker, struct miev_error *err)
{
    return miev_image_load(worker->image, worker->image_bytes, &worker->plan.picture, worker->rgb,
                           err);
}

int miev_worker_stage_preprocess(struct miev_worker *worker, struct miev_error *err)
{
    return miev_image_to_tensor(worker->rgb, worker->plan.picture.width,
                                worker->plan.picture.height, &worker->plan.pixels, &worker->tensor,
                                err);
}

int miev_worker_stage_inference(struct miev_worker *worker, struct miev_error *err)
{
    return worker->engine->run(worker->state, err);
}

int miev_worker_postprocess_item(struct miev_worker *worker, size_t i, struct miev_error *err)
{
    struct miev_tensor output = {0}, item;
    int rc = worker->engine->output(worker->state, 0, &output, err);
    if (rc == MIEV_OK)
        rc = miev_batch_item(&output, worker->batch, i, &item, err);
    return rc != MIEV_OK ? rc : miev_predict(&worker->predictor, &item, err);
}

int miev_worker_stage_postprocess(struct miev_worker *worker, struct miev_error *err)
{
    return miev_worker_postprocess_item(worker, 0, err);
}

int miev_worker_find_input(struct miev_worker *worker, struct miev_error *err)
{
    struct miev_tensor all = {0};
    int rc = worker->engine->input(worker->state, 0, &all, err);
    return rc == MIEV_OK ? miev_batch_item(&all, worker->batch, 0, &worker->tensor, err) : rc;
}

/* The decoded picture, in each place of the batch. */
int miev_worker_fill_input(struct miev_worker *worker, struct miev_error *err)
{
    int rc = miev_worker_stage_preprocess(worker, err);
    if (rc == MIEV_OK)
        miev_batch_spread(&worker->tensor, worker->batch);
    return rc;
}

static size_t batch_of(const json_t *request)
{
    json_int_t batch = json_integer_value(json_object_get(request, "batch"));
    return batch >= 1 && batch <= MIEV_BATCH_MAX ? (size_t)batch : 1;
}

/* {"do":"input","width":..,...} with the picture's descriptor: decode it once and fill the tensor.
 */
int miev_worker_do_input(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                         struct miev_error *err)
{
    (void)reply;
    void *image = NULL;
    size_t length = 0;
    if (!worker->state || worker->image)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"input\" comes once, behind \"load\"");
    int rc = miev_picture_plan_read(request, &worker->plan, err);
    if (rc == MIEV_OK)
        rc = miev_map_descriptor(fd, "picture", false, &image, &length, err);
    if (rc != MIEV_OK)
        return rc;
    worker->image = image;
    worker->image_bytes = length;
    worker->predictor.logits = json_is_true(json_object_get(request, "logits"));
    worker->predictor.guess = !json_is_boolean(json_object_get(request, "logits"));
    worker->batch = batch_of(request);
    rc = miev_worker_find_input(worker, err);
    if (rc != MIEV_OK)
        return rc;
    worker->rgb = calloc((size_t)worker->plan.picture.width * worker->plan.picture.height, 3);
    if (!worker->rgb)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the resized picture");
    rc = miev_worker_stage_decode(worker, err);
    return rc == MIEV_OK ? miev_worker_fill_input(worker, err) : rc;
}
