/* SPDX-License-Identifier: Apache-2.0 */
#include "study/worker.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"
#include "media/media.h"
#include "study/batch.h"
#include "study/features.h"
#include "study/predict.h"
#include "study/preparer.h"
#include "study/sandbox.h"
#include "study/wire.h"

#define MAX_LATENCIES     200000u
#define PROFILE_NAME      "miev-profile" /* of no file: see study/memory_file.h */
#define PROFILE_MAX_BYTES ((uint64_t)256 << 20)

struct worker {
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

static uint64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static json_t *info_to_json(const struct worker *worker)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", worker->engine->name, "runtime",
                     worker->info.runtime, "version", worker->info.version, "delegate",
                     worker->info.delegate, "threads", (int)worker->info.threads);
}

/* Load what the picture's decoder takes, then lock this process for good. */
static int lock(const struct worker *worker, const json_t *request, json_t *reply,
                struct miev_error *err)
{
    char words[64];
    struct miev_sandbox_options options = {
        .address_space_bytes =
            (uint64_t)json_integer_value(json_object_get(request, "address_space_bytes")),
        .memory_file = worker->profile_fd,
    };
    int rc = miev_sandbox_profile_named(json_string_value(json_object_get(request, "profile")),
                                        &options.profile, err);
    if (rc != MIEV_OK)
        return rc;
    /* What is missing is told when the picture is decoded. */
    (void)miev_image_prepare(json_string_value(json_object_get(request, "picture")), NULL);
    rc = miev_sandbox_enter(&options, words, sizeof(words), err);
    if (rc == MIEV_OK)
        (void)json_object_set_new(reply, "sandbox", json_string(words));
    return rc;
}

/* What the engine writes its profile to, when it is to make one. */
static int prepare_profile(struct worker *worker, const json_t *request,
                           struct miev_engine_options *options, struct miev_error *err)
{
    const char *profile = json_string_value(json_object_get(request, "profile"));
    if (!profile || strcmp(profile, miev_sandbox_profile_name(MIEV_SANDBOX_PROFILING)) != 0)
        return MIEV_OK;
    if (!worker->engine->profile)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the engine %s tells no operator's time: only that of a whole "
                              "inference",
                              worker->engine->name);
    worker->profile_fd = memfd_create(MIEV_SANDBOX_FILE, MFD_CLOEXEC);
    if (worker->profile_fd < 0)
        return miev_error_errno(err, "cannot make a memory file");
    options->profile_name = MIEV_SANDBOX_FILE;
    options->profile_fd = worker->profile_fd;
    return MIEV_OK;
}

/* {"do":"open","engine":...}: load the runtime, then lock this process for good. */
static int do_open(struct worker *worker, const json_t *request, int fd, json_t *reply,
                   struct miev_error *err)
{
    (void)fd;
    const char *name = json_string_value(json_object_get(request, "engine"));
    if (worker->state)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"open\" comes once");
    worker->engine = name ? miev_engine_named(worker->engines, name) : NULL;
    if (!worker->engine)
        return miev_error_set(err, MIEV_ERR_INVALID, "no engine is named '%s'", name ? name : "");
    struct miev_engine_options options = {
        .runtime_dir = json_string_value(json_object_get(request, "runtime_dir")),
        .threads = (unsigned)json_integer_value(json_object_get(request, "threads")),
        .delegate = json_string_value(json_object_get(request, "delegate")),
        .address = json_string_value(json_object_get(request, "address")),
        .token = json_string_value(json_object_get(request, "token")),
        .timeout_s = json_number_value(json_object_get(request, "timeout_s")),
        .connections = (unsigned)json_integer_value(json_object_get(request, "connections")),
    };
    int rc = prepare_profile(worker, request, &options, err);
    if (rc != MIEV_OK)
        return rc;
    void *state = calloc(1, worker->engine->state_size);
    if (!state)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the engine");
    rc = worker->engine->open(state, &options, &worker->info, err);
    if (rc != MIEV_OK) {
        free(state);
        return rc;
    }
    worker->state = state;
    rc = lock(worker, request, reply, err);
    if (rc == MIEV_OK)
        (void)json_object_set_new(reply, "engine", info_to_json(worker));
    return rc;
}

static json_t *tensor_to_json(const struct miev_tensor *tensor)
{
    json_t *dims = json_array();
    for (size_t i = 0; i < tensor->n_dims; i++)
        (void)json_array_append_new(dims, json_integer((json_int_t)tensor->dims[i]));
    json_t *out = json_object();
    /* A name comes out of the untrusted file: what is no text is left out. */
    (void)json_object_set_new(out, "name", json_string(tensor->name));
    (void)json_object_set_new(out, "dtype", json_string(miev_dtype_name(tensor->dtype)));
    (void)json_object_set_new(out, "shape", dims);
    if (tensor->scale > 0) {
        (void)json_object_set_new(out, "scale", json_real(tensor->scale));
        (void)json_object_set_new(out, "zero_point", json_integer(tensor->zero_point));
    }
    return out;
}

static int describe_tensors(struct worker *worker, bool inputs, json_t *reply,
                            struct miev_error *err)
{
    json_t *list = json_array();
    size_t n = inputs ? worker->engine->input_count(worker->state)
                      : worker->engine->output_count(worker->state);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < n && i < 64; i++) {
        struct miev_tensor tensor = {0};
        rc = inputs ? worker->engine->input(worker->state, i, &tensor, err)
                    : worker->engine->output(worker->state, i, &tensor, err);
        if (rc == MIEV_OK)
            (void)json_array_append_new(list, tensor_to_json(&tensor));
    }
    (void)json_object_set_new(reply, inputs ? "inputs" : "outputs", list);
    return rc;
}

/* {"do":"load","features"} with the model's descriptor. */
static int do_load(struct worker *worker, const json_t *request, int fd, json_t *reply,
                   struct miev_error *err)
{
    bool features = json_is_true(json_object_get(request, "features"));
    int rc = MIEV_OK;
    if (!worker->state || worker->loaded)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"load\" comes once, behind \"open\"");
    if (features && !worker->engine->load_features)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the engine %s cannot show the layer before the last: --features "
                              "output takes the output itself",
                              worker->engine->name);
    if (!worker->engine->remote)
        rc = miev_map_descriptor(fd, "model", false, &worker->model, &worker->model_bytes, err);
    worker->loaded = rc == MIEV_OK;
    if (rc == MIEV_OK)
        rc = (features ? worker->engine->load_features : worker->engine->load)(
            worker->state, worker->model, worker->model_bytes, &worker->info, err);
    if (rc == MIEV_OK)
        rc = describe_tensors(worker, true, reply, err);
    if (rc == MIEV_OK)
        rc = describe_tensors(worker, false, reply, err);
    if (rc == MIEV_OK)
        (void)json_object_set_new(reply, "engine", info_to_json(worker));
    return rc;
}

static json_t *metadata_to_json(const struct miev_engine_metadata *metadata)
{
    json_t *out = json_object();
    const double *mean = metadata->mean, *std = metadata->std;
    if (metadata->n_channels) {
        (void)json_object_set_new(out, "mean", json_pack("[f,f,f]", mean[0], mean[1], mean[2]));
        (void)json_object_set_new(out, "std", json_pack("[f,f,f]", std[0], std[1], std[2]));
    }
    if (metadata->labels_name[0])
        (void)json_object_set_new(out, "labels_name", json_string(metadata->labels_name));
    json_t *labels =
        metadata->labels ? json_stringn(metadata->labels, metadata->labels_bytes) : NULL;
    if (labels)
        (void)json_object_set_new(out, "labels", labels);
    else if (metadata->labels)
        (void)json_object_set_new(out, "fault", json_string("its labels are not UTF-8 text"));
    if (metadata->fault[0])
        (void)json_object_set_new(out, "fault", json_string(metadata->fault));
    if (metadata->choice[0])
        (void)json_object_set_new(out, "choice", json_string(metadata->choice));
    return out;
}

/* {"do":"metadata"}: what the loaded file tells about itself; an empty object when nothing. */
static int do_metadata(struct worker *worker, const json_t *request, int fd, json_t *reply,
                       struct miev_error *err)
{
    struct miev_engine_metadata metadata = {.n_channels = 0};
    (void)request;
    (void)fd;
    if (!worker->state)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"load\" comes before \"metadata\"");
    if (!worker->engine->metadata)
        return MIEV_OK;
    int rc = worker->engine->metadata(worker->state, &metadata, err);
    if (rc == MIEV_OK)
        (void)json_object_update_new(reply, metadata_to_json(&metadata));
    free(metadata.labels);
    return rc;
}

static int stage_decode(struct worker *worker, struct miev_error *err)
{
    return miev_image_load(worker->image, worker->image_bytes, &worker->plan.picture, worker->rgb,
                           err);
}

static int stage_preprocess(struct worker *worker, struct miev_error *err)
{
    return miev_image_to_tensor(worker->rgb, worker->plan.picture.width,
                                worker->plan.picture.height, &worker->plan.pixels, &worker->tensor,
                                err);
}

static int stage_inference(struct worker *worker, struct miev_error *err)
{
    return worker->engine->run(worker->state, err);
}

static int postprocess_item(struct worker *worker, size_t i, struct miev_error *err)
{
    struct miev_tensor output = {0}, item;
    int rc = worker->engine->output(worker->state, 0, &output, err);
    if (rc == MIEV_OK)
        rc = miev_batch_item(&output, worker->batch, i, &item, err);
    return rc != MIEV_OK ? rc : miev_predict(&worker->predictor, &item, err);
}

static int stage_postprocess(struct worker *worker, struct miev_error *err)
{
    return postprocess_item(worker, 0, err);
}

static const struct {
    const char *name;
    int (*once)(struct worker *worker, struct miev_error *err);
} stages[] = {
    {"inference", stage_inference},
    {"decode", stage_decode},
    {"preprocess", stage_preprocess},
    {"postprocess", stage_postprocess},
};

static int find_input(struct worker *worker, struct miev_error *err)
{
    struct miev_tensor all = {0};
    int rc = worker->engine->input(worker->state, 0, &all, err);
    return rc == MIEV_OK ? miev_batch_item(&all, worker->batch, 0, &worker->tensor, err) : rc;
}

/* The decoded picture, in each place of the batch. */
static int fill_input(struct worker *worker, struct miev_error *err)
{
    int rc = stage_preprocess(worker, err);
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
static int do_input(struct worker *worker, const json_t *request, int fd, json_t *reply,
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
    rc = find_input(worker, err);
    if (rc != MIEV_OK)
        return rc;
    worker->rgb = calloc((size_t)worker->plan.picture.width * worker->plan.picture.height, 3);
    if (!worker->rgb)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the resized picture");
    rc = stage_decode(worker, err);
    return rc == MIEV_OK ? fill_input(worker, err) : rc;
}

static void unmap(void *bytes, size_t length)
{
    if (bytes)
        (void)munmap(bytes, length);
}

/* {"do":"look","picture":..,"fast":..} with the picture's descriptor, to a worker without a model:
 * lock it, then decode the picture and say what it is. */
static int do_look(struct worker *worker, const json_t *request, int fd, json_t *reply,
                   struct miev_error *err)
{
    void *image = NULL;
    size_t length = 0;
    uint8_t rgb[3];
    struct miev_image_info info = {0};
    struct miev_image_options options = {
        .width = 1, .height = 1, .fast = json_is_true(json_object_get(request, "fast"))};
    int rc = miev_map_descriptor(fd, "picture", false, &image, &length, err);
    if (rc == MIEV_OK)
        rc = lock(worker, request, reply, err);
    if (rc == MIEV_OK)
        rc = miev_image_probe(image, length, &info, err);
    if (rc == MIEV_OK)
        rc = miev_image_load(image, length, &options, rgb, err);
    unmap(image, length);
    if (rc != MIEV_OK)
        return rc;
    json_t *profile = json_pack("{s:s, s:s}", "name", info.profile_name, "use",
                                miev_image_profile_name(info.profile));
    (void)json_object_clear(reply);
    (void)json_object_set_new(reply, "format", json_string(info.format));
    (void)json_object_set_new(reply, "width", json_integer(info.width));
    (void)json_object_set_new(reply, "height", json_integer(info.height));
    (void)json_object_set_new(reply, "color_profile", profile);
    return MIEV_OK;
}

/* {"do":"shape","shape":[...]}: give input 0 a shape where the file leaves it open. */
static int do_shape(struct worker *worker, const json_t *request, int fd, json_t *reply,
                    struct miev_error *err)
{
    (void)fd;
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    const json_t *shape = json_object_get(request, "shape");
    size_t n = json_array_size(shape);
    if (!worker->state || n == 0 || n > MIEV_TENSOR_MAX_DIMS || !worker->engine->shape_input)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "this input cannot be given a shape");
    for (size_t i = 0; i < n; i++) {
        dims[i] = json_integer_value(json_array_get(shape, i));
        if (dims[i] < 1 || dims[i] > INT32_MAX)
            return miev_error_set(err, MIEV_ERR_INVALID, "dimension %zu of the shape is %lld", i,
                                  (long long)dims[i]);
    }
    int rc = worker->engine->shape_input(worker->state, 0, dims, n, err);
    if (rc == MIEV_OK)
        rc = describe_tensors(worker, true, reply, err);
    return rc == MIEV_OK ? describe_tensors(worker, false, reply, err) : rc;
}

/* Run one stage count times, or until at_most_ns have passed (0: no limit), noting each one's time
 * when asked. */
static int repeat(struct worker *worker, size_t stage, size_t count, uint64_t at_most_ns,
                  json_t *latencies_ns, json_t *reply, struct miev_error *err)
{
    uint64_t start_ns = now_ns(), before_ns = start_ns;
    size_t done = 0;
    while (done < count && (at_most_ns == 0 || done == 0 || now_ns() - start_ns < at_most_ns)) {
        done++;
        int rc = stages[stage].once(worker, err);
        if (rc != MIEV_OK)
            return rc;
        if (!latencies_ns)
            continue;
        uint64_t after_ns = now_ns();
        (void)json_array_append_new(latencies_ns, json_integer((json_int_t)(after_ns - before_ns)));
        before_ns = now_ns(); /* so that keeping the figure is not timed */
    }
    (void)json_object_set_new(reply, "start_ns", json_integer((json_int_t)start_ns));
    (void)json_object_set_new(reply, "end_ns", json_integer((json_int_t)now_ns()));
    (void)json_object_set_new(reply, "count", json_integer((json_int_t)done));
    return MIEV_OK;
}

/* {"do":"repeat","stage":"inference","count":40,"each":false,"at_most_s":5} */
static int do_repeat(struct worker *worker, const json_t *request, int fd, json_t *reply,
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
static int run_batch(struct worker *worker, size_t n, struct miev_error *err)
{
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    memcpy(dims, worker->tensor.dims, sizeof(dims));
    if (!worker->engine->shape_input)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "this engine takes no batches");
    dims[0] = (int64_t)n;
    worker->batch = n;
    int rc = worker->engine->shape_input(worker->state, 0, dims, worker->tensor.n_dims, err);
    if (rc == MIEV_OK)
        rc = find_input(worker, err);
    if (rc == MIEV_OK)
        rc = fill_input(worker, err);
    return rc == MIEV_OK ? stage_inference(worker, err) : rc;
}

/* Runtimes lay out graphs for batches that were never made for them: every item must be answered as
 * the picture is by itself. The first is left in the predictor. */
static int check_batch(struct worker *worker, struct miev_error *err)
{
    size_t n = worker->batch;
    double *alone = NULL;
    int rc = run_batch(worker, 1, err);
    if (rc == MIEV_OK)
        rc = stage_postprocess(worker, err);
    if (rc != MIEV_OK)
        return rc;
    size_t n_scores = worker->predictor.n_scores;
    alone = calloc(n_scores, sizeof(*alone));
    if (!alone)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu scores", n_scores);
    memcpy(alone, worker->predictor.scores, n_scores * sizeof(*alone));
    rc = run_batch(worker, n, err);
    for (size_t i = n; rc == MIEV_OK && i-- > 0;) {
        rc = postprocess_item(worker, i, err);
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
static int do_profile(struct worker *worker, const json_t *request, int fd, json_t *reply,
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

/* {"do":"predict"}: the best classes of the last inference. */
static int do_predict(struct worker *worker, const json_t *request, int fd, json_t *reply,
                      struct miev_error *err)
{
    (void)request;
    (void)fd;
    if (!worker->rgb)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"input\" comes before \"predict\"");
    int rc = worker->batch > 1 ? check_batch(worker, err) : stage_postprocess(worker, err);
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
static int do_traffic(struct worker *worker, const json_t *request, int fd, json_t *reply,
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

/* {"do":"among","classes":".."}: choose among these classes only. */
static int do_among(struct worker *worker, const json_t *request, int fd, json_t *reply,
                    struct miev_error *err)
{
    const json_t *classes = json_object_get(request, "classes");
    (void)fd;
    (void)reply;
    if (!json_is_string(classes) || worker->predictor.n_scores == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "\"predict\" comes before \"among\"");
    int rc = miev_predictor_choose(&worker->predictor, json_string_value(classes),
                                   json_string_length(classes), err);
    return rc == MIEV_OK ? stage_postprocess(worker, err) : rc;
}

/* {"do":"lock","profile","picture","address_space_bytes"}: lock a worker that will run no model. */
static int do_lock(struct worker *worker, const json_t *request, int fd, json_t *reply,
                   struct miev_error *err)
{
    (void)fd;
    return lock(worker, request, reply, err);
}

/* {"do":"ring"} with the descriptor of the ring: written by a preparer, read by a model. */
static int do_ring(struct worker *worker, const json_t *request, int fd, json_t *reply,
                   struct miev_error *err)
{
    (void)request;
    (void)reply;
    return worker->state ? miev_tensor_ring_take(&worker->ring, fd, false, err)
                         : miev_tensor_ring_take(&worker->preparer.ring, fd, true, err);
}

static int do_as(struct worker *worker, const json_t *request, int fd, json_t *reply,
                 struct miev_error *err)
{
    (void)fd;
    (void)reply;
    return miev_preparer_as(&worker->preparer, request, err);
}

static int do_keep(struct worker *worker, const json_t *request, int fd, json_t *reply,
                   struct miev_error *err)
{
    (void)request;
    (void)reply;
    return miev_preparer_keep(&worker->preparer, fd, err);
}

static int do_prepare(struct worker *worker, const json_t *request, int fd, json_t *reply,
                      struct miev_error *err)
{
    return miev_preparer_prepare(&worker->preparer, request, fd, reply, err);
}

/* One tensor of the ring: its best classes as text, none where its scores are no numbers. */
static int classify_one(struct worker *worker, const uint8_t *tensor, size_t n_best, char *best,
                        struct miev_error *err)
{
    int32_t classes[MIEV_PREDICT_TOP];
    memcpy(worker->tensor.data, tensor, worker->tensor.bytes);
    int rc = stage_inference(worker, err);
    if (rc != MIEV_OK)
        return rc;
    bool known = stage_postprocess(worker, err) == MIEV_OK && worker->predictor.n_best == n_best;
    for (size_t i = 0; i < n_best; i++)
        classes[i] = known ? (int32_t)worker->predictor.best[i].index : -1;
    miev_classes_write(classes, n_best, best);
    return MIEV_OK;
}

static int classify(struct worker *worker, const uint8_t *tensors, size_t count, json_t *reply,
                    struct miev_error *err)
{
    size_t n_best = worker->predictor.n_best, each = n_best * MIEV_CLASS_DIGITS;
    char *best = calloc(count, each);
    if (!best)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu answers", count);
    int rc = MIEV_OK;
    uint64_t start_ns = now_ns();
    for (size_t i = 0; rc == MIEV_OK && i < count; i++)
        rc = classify_one(worker, tensors + i * worker->tensor.bytes, n_best, best + i * each, err);
    (void)json_object_set_new(reply, "busy_ns", json_integer((json_int_t)(now_ns() - start_ns)));
    (void)json_object_set_new(reply, "best", json_stringn(best, count * each));
    free(best);
    return rc;
}

/* {"do":"classify","at","count"}: the best classes of tensors that lie ready in the ring. */
static int do_classify(struct worker *worker, const json_t *request, int fd, json_t *reply,
                       struct miev_error *err)
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
static int do_features(struct worker *worker, const json_t *request, int fd, json_t *reply,
                       struct miev_error *err)
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
        (void)json_object_set_new(reply, "tensor", tensor_to_json(&output));
    }
    return rc;
}

/* {"do":"vectors"} with the descriptor of the memory for the features of all images. */
static int do_vectors(struct worker *worker, const json_t *request, int fd, json_t *reply,
                      struct miev_error *err)
{
    (void)request;
    (void)reply;
    return miev_tensor_ring_take(&worker->vectors, fd, true, err);
}

/* What is not finite stays so: the parent sees it. */
static int featurise_one(struct worker *worker, const uint8_t *tensor, float *to,
                         struct miev_error *err)
{
    struct miev_tensor output = {0};
    memcpy(worker->tensor.data, tensor, worker->tensor.bytes);
    int rc = stage_inference(worker, err);
    if (rc == MIEV_OK)
        rc = worker->engine->output(worker->state, 0, &output, err);
    if (rc == MIEV_OK)
        (void)miev_features_read(&output, worker->engine->channels_first, worker->n_features, to);
    return rc;
}

/* {"do":"featurise","at","count","first"}: the features of tensors that lie ready in the ring, from
 * image `first` on. */
static int do_featurise(struct worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err)
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
    uint64_t start_ns = now_ns();
    for (size_t i = 0; rc == MIEV_OK && i < (size_t)count; i++)
        rc = featurise_one(worker, tensors + i * worker->tensor.bytes,
                           (float *)(void *)(vectors + i * each), err);
    (void)json_object_set_new(reply, "busy_ns", json_integer((json_int_t)(now_ns() - start_ns)));
    return rc;
}

static const struct {
    const char *name;
    int (*run)(struct worker *worker, const json_t *request, int fd, json_t *reply,
               struct miev_error *err);
} requests[] = {
    /* clang-format off */
    {"open", do_open},
    {"load", do_load},
    {"metadata", do_metadata},
    {"shape", do_shape},
    {"input", do_input},
    {"repeat", do_repeat},
    {"predict", do_predict},
    {"traffic", do_traffic},
    {"among", do_among},
    {"profile", do_profile},
    {"look", do_look},
    {"lock", do_lock},
    {"ring", do_ring},
    {"as", do_as},
    {"keep", do_keep},
    {"prepare", do_prepare},
    {"classify", do_classify},
    {"features", do_features},
    {"vectors", do_vectors},
    {"featurise", do_featurise},
    /* clang-format on */
};

static int answer(struct worker *worker, const json_t *request, int fd, json_t *reply,
                  struct miev_error *err)
{
    const char *name = json_string_value(json_object_get(request, "do"));
    for (size_t i = 0; name && i < sizeof(requests) / sizeof(requests[0]); i++)
        if (strcmp(requests[i].name, name) == 0)
            return requests[i].run(worker, request, fd, reply, err);
    return miev_error_set(err, MIEV_ERR_INVALID, "unknown request '%s'", name ? name : "");
}

static json_t *error_to_json(const struct miev_error *err)
{
    /* A message may quote bytes of an untrusted file that are no UTF-8. */
    json_t *message = json_string(err->message);
    if (!message)
        message = json_string("the reason cannot be shown: it is not valid text");
    return json_pack("{s:{s:s, s:o}}", "error", "code", miev_status_name(err->code), "message",
                     message);
}

static void finish(struct worker *worker)
{
    if (worker->state) {
        worker->engine->close(worker->state);
        free(worker->state);
    }
    unmap(worker->model, worker->model_bytes);
    unmap(worker->image, worker->image_bytes);
    unmap(worker->ring.bytes, worker->ring.length);
    if (worker->profile_fd >= 0)
        (void)close(worker->profile_fd);
    unmap(worker->vectors.bytes, worker->vectors.length);
    free(worker->rgb);
    miev_preparer_finish(&worker->preparer);
    miev_predictor_finish(&worker->predictor);
    miev_wire_finish(&worker->wire);
}

int miev_worker_main(int socket, const struct miev_engine_ops *const *engines)
{
    struct worker worker = {.engines = engines, .profile_fd = -1};
    struct miev_error err;
    miev_wire_init(&worker.wire, socket);
    /* Ctrl-C is the parent's to handle: it collects the report so far. If the parent dies, so do
     * we. */
    (void)signal(SIGINT, SIG_IGN);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        json_t *request = NULL;
        int fd = -1;
        int rc = miev_wire_receive(&worker.wire, -1, &request, &fd, &err);
        if (rc == MIEV_ERR_INTERRUPTED)
            continue;
        if (rc != MIEV_OK)
            break;
        json_t *reply = json_object();
        rc = answer(&worker, request, fd, reply, &err);
        if (fd >= 0)
            (void)close(fd); /* what it held is mapped */
        if (rc != MIEV_OK) {
            json_decref(reply);
            reply = error_to_json(&err);
        }
        json_decref(request);
        rc = miev_wire_send(&worker.wire, reply, -1, &err);
        json_decref(reply);
        if (rc != MIEV_OK)
            break;
    }
    finish(&worker);
    return 0;
}
