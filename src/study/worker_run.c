/* SPDX-License-Identifier: Apache-2.0 */
#include "study/worker_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "study/batch.h"

#define MAX_LATENCIES 200000u

static const struct {
    const char *name;
    int (*once)(struct miev_worker *worker, struct miev_error *err);
} stages[] = {
    {"inference", miev_worker_stage_inference},
    {"decode", miev_worker_stage_decode},
    {"preprocess", miev_worker_stage_preprocess},
    {"postprocess", miev_worker_stage_postprocess},
};

/* Run one stage count times, or until at_most_ns have passed (0: no limit), noting each one's time
 * when asked. */
static int repeat(struct miev_worker *worker, size_t stage, size_t count, uint64_t at_most_ns,
                  json_t *latencies_ns, json_t *reply, struct miev_error *err)
{
    uint64_t start_ns = miev_worker_now_ns(), before_ns = start_ns;
    size_t done = 0;
    while (done < count &&
           (at_most_ns == 0 || done == 0 || miev_worker_now_ns() - start_ns < at_most_ns)) {
        done++;
        int rc = stages[stage].once(worker, err);
        if (rc != MIEV_OK)
            return rc;
        if (!latencies_ns)
            continue;
        uint64_t after_ns = miev_worker_now_ns();
        (void)json_array_append_new(latencies_ns, json_integer((json_int_t)(after_ns - before_ns)));
        before_ns = miev_worker_now_ns(); /* so that keeping the figure is not timed */
    }
    (void)json_object_set_new(reply, "start_ns", json_integer((json_int_t)start_ns));
    (void)json_object_set_new(reply, "end_ns", json_integer((json_int_t)miev_worker_now_ns()));
    (void)json_object_set_new(reply, "count", json_integer((json_int_t)done));
    return MIEV_OK;
}

/* {"do":"repeat","stage":"inference","count":40,"each":false,"at_most_s":5} */
int miev_worker_do_repeat(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                          struct miev_error *err)
{
    (void)fd;
    const char *name = json_string_value(json_object_get(request, "stage"));
    json_int_t count = json_integer_value(json_object_get(request, "count"));
    bool each = json_is_true(json_object_get(request, "each"));
    double at_most_s = json_number_value(json_object_get(request, "at_most_s"));
    size_t stage = 0;
    while (stage < sizeof(stages) / sizeof(stages[0]) && name &&
           strcmp(stages[stage].name, name) != 0)
        stage++;
    if (!name || stage == sizeof(stages) / sizeof(stages[0]) || !worker->rgb)
        return miev_error_set(err, MIEV_ERR_INVALID, "no stage is named '%s', or no input is there",
                              name ? name : "");
    if (count < 1 || (each && count > MAX_LATENCIES) || !(at_most_s >= 0 && at_most_s < 1e9))
        return miev_error_set(err, MIEV_ERR_INVALID, "cannot repeat %lld times", (long long)count);
    json_t *latencies_ns = each ? json_array() : NULL;
    int rc =
        repeat(worker, stage, (size_t)count, (uint64_t)(at_most_s * 1e9), latencies_ns, reply, err);
    if (latencies_ns)
        (void)json_object_set_new(reply, "latencies_ns", latencies_ns);
    return rc;
}

/* One inference of n pictures at once. */
static int run_batch(struct miev_worker *worker, size_t n, struct miev_error *err)
{
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    memcpy(dims, worker->tensor.dims, sizeof(dims));
    if (!worker->engine->shape_input)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "this engine takes no batches");
    dims[0] = (int64_t)n;
    worker->batch = n;
    int rc = worker->engine->shape_input(worker->state, 0, dims, worker->tensor.n_dims, err);
    if (rc == MIEV_OK)
        rc = miev_worker_find_input(worker, err);
    if (rc == MIEV_OK)
        rc = miev_worker_fill_input(worker, err);
    return rc == MIEV_OK ? miev_worker_stage_inference(worker, err) : rc;
}

/* Runtimes lay out graphs for batches that were never made for them: every item must be answered as
 * the picture is by itself. The first is left in the predictor. */
static int check_batch(struct miev_worker *worker, struct miev_error *err)
{
    size_t n = worker->batch;
    double *alone = NULL;
    int rc = run_batch(worker, 1, err);
    if (rc == MIEV_OK)
        rc = miev_worker_stage_postprocess(worker, err);
    if (rc != MIEV_OK)
        return rc;
    size_t n_scores = worker->predictor.n_scores;
    alone = calloc(n_scores, sizeof(*alone));
    if (!alone)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu scores", n_scores);
    memcpy(alone, worker->predictor.scores, n_scores * sizeof(*alone));
    rc = run_batch(worker, n, err);
    for (size_t i = n; rc == MIEV_OK && i-- > 0;) {
        rc = miev_worker_postprocess_item(worker, i, err);
        if (rc == MIEV_OK && worker->predictor.n_scores != n_scores)
            rc = miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                "the model computes no batches: %zu scores of one picture become "
                                "%zu of each of %zu; run it with batch 1",
                                n_scores, worker->predictor.n_scores, n);
        if (rc == MIEV_OK)
            rc = miev_batch_compare(worker->predictor.scores, alone, n_scores, i, n, err);
    }
    free(alone);
    return rc;
}

/* {"do":"predict"}: the best classes of the last inference. */
int miev_worker_do_predict(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err)
{
    (void)request;
    (void)fd;
    if (!worker->rgb)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"input\" comes before \"predict\"");
    int rc =
        worker->batch > 1 ? check_batch(worker, err) : miev_worker_stage_postprocess(worker, err);
    if (rc != MIEV_OK)
        return rc;
    json_t *list = json_array();
    for (size_t i = 0; i < worker->predictor.n_best; i++)
        (void)json_array_append_new(list, json_pack("{s:I, s:f}", "index",
                                                    (json_int_t)worker->predictor.best[i].index,
                                                    "score", worker->predictor.best[i].score));
    (void)json_object_set_new(reply, "predictions", list);
    (void)json_object_set_new(reply, "classes",
                              json_integer((json_int_t)worker->predictor.n_scores));
    (void)json_object_set_new(reply, "softmax", json_boolean(worker->predictor.softmax_applied));
    return MIEV_OK;
}

/* {"do":"among","classes":".."}: choose among these classes only. */
int miev_worker_do_among(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                         struct miev_error *err)
{
    const json_t *classes = json_object_get(request, "classes");
    (void)fd;
    (void)reply;
    if (!json_is_string(classes) || worker->predictor.n_scores == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"predict\" comes before \"among\"");
    int rc = miev_predictor_choose(&worker->predictor, json_string_value(classes),
                                   json_string_length(classes), err);
    return rc == MIEV_OK ? miev_worker_stage_postprocess(worker, err) : rc;
}

static json_t *times_to_json(const double *seconds, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, json_integer(llround(seconds[i] * 1e9)));
    return list;
}

static void profile_to_json(const struct miev_op_times *times, json_t *reply)
{
    json_t *list = json_array();
    for (size_t o = 0; o < times->n_ops; o++) {
        const struct miev_op *op = &times->ops[o];
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:I, s:o}", "name", op->name, "type", op->type,
                      "provider", op->provider, "shape", op->shape, "calls", (json_int_t)op->calls,
                      "ns", times_to_json(times->op_s + o * times->n_runs, times->n_runs)));
    }
    (void)json_object_set_new(reply, "run_ns", times_to_json(times->run_s, times->n_runs));
    (void)json_object_set_new(reply, "operators", list);
}

/* {"do":"profile","count":50}: the time of each operator in each of so many inferences. */
int miev_worker_do_profile(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err)
{
    (void)fd;
    struct miev_op_times times = {.n_runs = 0};
    json_int_t count = json_integer_value(json_object_get(request, "count"));
    if (!worker->rgb || worker->profile_fd < 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "\"input\" comes before \"profile\", and \"open\" with it");
    int rc = miev_op_times_init(&times, count > 0 ? (size_t)count : 0, err);
    if (rc == MIEV_OK)
        rc = worker->engine->profile(worker->state, &times, err);
    if (rc == MIEV_OK)
        profile_to_json(&times, reply);
    miev_op_times_finish(&times);
    return rc;
}

/* Nanoseconds as the request has them, rising. */
static int read_due(const json_t *list, double *due_s, size_t n, struct miev_error *err)
{
    double before_s = 0;
    for (size_t i = 0; i < n; i++) {
        due_s[i] = (double)json_integer_value(json_array_get(list, i)) * 1e-9;
        if (due_s[i] < before_s)
            return miev_error_set(err, MIEV_ERR_INVALID, "request %zu is due before another", i);
        before_s = due_s[i];
    }
    return MIEV_OK;
}

static json_t *latencies_json(const double *latency_s, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(
            list, json_integer(latency_s[i] >= 0 ? (json_int_t)(latency_s[i] * 1e9) : -1));
    return list;
}

/* {"do":"traffic","due_ns":[..],"patience_s"}: requests to a served model when each is due. */
int miev_worker_do_traffic(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                           struct miev_error *err)
{
    (void)fd;
    const json_t *list = json_object_get(request, "due_ns");
    size_t n = json_array_size(list);
    struct miev_traffic_result result = {.latency_s = NULL};
    if (!worker->rgb || !worker->engine->traffic || n == 0 || n > MAX_LATENCIES)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "\"traffic\" of 1 to %u requests comes behind \"input\", for models "
                              "that are served elsewhere",
                              MAX_LATENCIES);
    double *due_s = calloc(n, sizeof(*due_s));
    if (!due_s)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu requests", n);
    struct miev_traffic plan = {.due_s = due_s,
                                .n = n,
                                .patience_s =
                                    json_number_value(json_object_get(request, "patience_s"))};
    int rc = read_due(list, due_s, n, err);
    if (rc == MIEV_OK)
        rc = worker->engine->traffic(worker->state, &plan, &result, err);
    if (rc == MIEV_OK) {
        json_t *fault = json_string(result.fault);
        (void)json_object_set_new(reply, "latencies_ns", latencies_json(result.latency_s, n));
        (void)json_object_set_new(reply, "elapsed_ns",
                                  json_integer((json_int_t)(result.elapsed_s * 1e9)));
        (void)json_object_set_new(reply, "waited", json_integer((json_int_t)result.waited));
        (void)json_object_set_new(reply, "fault", fault ? fault : json_string("no valid text"));
    }
    free(result.latency_s);
    free(due_s);
    return rc;
}
