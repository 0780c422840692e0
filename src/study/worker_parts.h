/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the worker only: its state, and what each file of it serves.
 *
 * worker_open.c: the engine, its lock, the model, a look at a picture; worker_input.c: the picture
 * and the stages of an inference; worker_run.c: repetitions, answers, profile and traffic;
 * worker_exam.c: many pictures, made ready by another process; worker.c: who serves which request.
 */
#ifndef MIEV_STUDY_WORKER_PARTS_H
#define MIEV_STUDY_WORKER_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"
#include "miev.h"
#include "study/features.h"
#include "study/predict.h"
#include "study/preparer.h"
#include "study/wire.h"

struct miev_worker {
    struct miev_wire wire;
    const struct miev_engine_ops *const *engines;
    const struct miev_engine_ops *engine;
    void *state; /* of the engine, NULL before "open" */
    struct miev_engine_info info;
    bool loaded;
    void *model; /* mapped, NULL before "load", and of an engine whose models lie elsewhere */
    size_t model_bytes;
    void *image; /* mapped, NULL before "input" */
    size_t image_bytes;
    int profile_fd; /* memory for what a runtime's profiler writes, or -1 */
    uint8_t *rgb;   /* decoded, owned */
    struct miev_picture_plan plan;
    size_t batch;              /* pictures of one inference, 0 before "input" */
    struct miev_tensor tensor; /* the model's input 0, of a batch its first item */
    struct miev_predictor predictor;
    struct miev_preparer preparer;   /* of a worker without a model */
    struct miev_tensor_ring ring;    /* what a preparer has made ready */
    size_t n_features;               /* of a picture, 0 before "features" */
    struct miev_tensor_ring vectors; /* the features of all images, written */
};

uint64_t miev_worker_now_ns(void);
/* NULL allowed. */
void miev_worker_unmap(void *bytes, size_t length);

/* {name, dtype, shape, scale, zero_point} of a tensor, new reference. */
json_t *miev_worker_tensor_json(const struct miev_tensor *tensor);

/* The stages of one inference, each on what the one before left. */
MIEV_MUST_USE int miev_worker_stage_decode(struct miev_worker *worker, struct miev_error *err);
MIEV_MUST_USE int miev_worker_stage_preprocess(struct miev_worker *worker, struct miev_error *err);
MIEV_MUST_USE int miev_worker_stage_inference(struct miev_worker *worker, struct miev_error *err);
MIEV_MUST_USE int miev_worker_stage_postprocess(struct miev_worker *worker, struct miev_error *err);
/* The answer to item i of a batch, into worker->predictor. */
MIEV_MUST_USE int miev_worker_postprocess_item(struct miev_worker *worker, size_t i,
                                               struct miev_error *err);
/* Where the engine takes its input, into worker->tensor: it moves with the shape. */
MIEV_MUST_USE int miev_worker_find_input(struct miev_worker *worker, struct miev_error *err);
/* The decoded picture, in each place of the batch. */
MIEV_MUST_USE int miev_worker_fill_input(struct miev_worker *worker, struct miev_error *err);

/* One request each: see the table in worker.c. fd: what came with the request, or -1; it stays the
 * caller's. reply: an object to be filled. */
int miev_worker_do_lock(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err);
int miev_worker_do_open(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err);
int miev_worker_do_load(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err);
int miev_worker_do_shape(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                         struct miev_error *err);
int miev_worker_do_metadata(struct miev_worker *worker, const json_t *request, int fd,
                            json_t *reply, struct miev_error *err);
int miev_worker_do_input(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                         struct miev_error *err);
int miev_worker_do_look(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err);
int miev_worker_do_repeat(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                          struct miev_error *err);
int miev_worker_do_predict(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err);
int miev_worker_do_among(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                         struct miev_error *err);
int miev_worker_do_profile(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err);
int miev_worker_do_traffic(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err);
int miev_worker_do_ring(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err);
int miev_worker_do_as(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                      struct miev_error *err);
int miev_worker_do_keep(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err);
int miev_worker_do_prepare(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err);
int miev_worker_do_classify(struct miev_worker *worker, const json_t *request, int fd,
                            json_t *reply, struct miev_error *err);
int miev_worker_do_features(struct miev_worker *worker, const json_t *request, int fd,
                            json_t *reply, struct miev_error *err);
int miev_worker_do_vectors(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err);
int miev_worker_do_featurise(struct miev_worker *worker, const json_t *request, int fd,
                             json_t *reply, struct miev_error *err);

#endif
