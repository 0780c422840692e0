/* SPDX-License-Identifier: Apache-2.0 */
/* Bring one model to where rounds can begin: load, input, first inference, warm-up, latency pass,
 * stages. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/sanitizer.h"
#include "media/media.h"
#include "study/predict.h"
#include "study/report_check.h"
#include "study/run.h"
#include "study/sandbox.h"

#define MODEL_MAX_BYTES     (2ull << 30)
#define WARM_UP_MAX_BATCHES 60
#define WARM_UP_MAX_S       0.4
#define PREPARE_SHARE       0.35 /* of the budget, for all models together; the rest is for rounds */
#define WARM_UP_BATCH_S     0.02
#define WARM_UP_AGREE_RATIO 0.02
#define LATENCY_SAMPLES     1000u
#define LATENCY_MIN_SAMPLES 30u
#define STAGE_ROUND_MAX_S   0.05
#define STAGE_ROUND_MIN_S   0.01
#define ANSWER_IN_TIME                                                           \
    0.9 /* a server's silence is told by the worker, before it passes for one of \
         * its own */

/* Ask a model's worker; on failure its worker may be gone. */
static int ask(struct miev_run *run, struct miev_run_model *model, json_t *request, int fd,
               double extra_s, json_t **reply, struct miev_error *err)
{
    int rc =
        miev_child_ask(model->child, request, fd, run->options->timeout_s + extra_s, reply, err);
    if (rc == MIEV_ERR_INTERRUPTED)
        (void)miev_error_set(err, rc, "stopped before this model was measured");
    return rc;
}

/* Keep what an answer tells for the report; its reference is taken. */
static int take_facts(struct miev_run_model *model, json_t *reply, struct miev_error *err)
{
    int rc = miev_report_take_model(model->facts, reply, err);
    json_decref(reply);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "the model's process answered nonsense");
}

/* ---- the file and its worker ---------------------------------------------------------------- */

/* Of a folder that was unpacked into the depot, the card tells the hash of the archive, which was
 * checked then and is the folder's name there. */
static bool is_named_by_hash(const struct miev_card_file *file)
{
    return strcmp(file->format, "saved_model") == 0 && strstr(file->path, file->sha256) != NULL;
}

static int check_identity(const struct miev_run_model *model, struct miev_error *err)
{
    const struct miev_card_file *file = model->entry.file;
    if (file->sha256[0] == '\0' || strcmp(file->sha256, model->file.sha256) == 0 ||
        is_named_by_hash(file))
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "%s is not the file of its card (sha256 %.12s..., the card says "
                          "%.12s...): fetch it again, or compare it by its own path",
                          file->path, model->file.sha256, file->sha256);
}

static struct miev_child_options child_options(const struct miev_study_options *options,
                                               enum miev_sandbox_profile profile,
                                               uint64_t memory_bytes)
{
    struct miev_child_options child = {.program = options->worker_program,
                                       .keep_stderr =
                                           miev_env_variable(options->env, "MIEV_DEBUG") != NULL};
    if (MIEV_SANITIZED || !miev_sandbox_limits_address_space(profile))
        child.resident_bytes = memory_bytes;
    else
        child.address_space_bytes = memory_bytes;
    return child;
}

static int start_worker(struct miev_run *run, struct miev_run_model *model,
                        const struct miev_engine_ops *engine, struct miev_error *err)
{
    const struct miev_study_options *options = run->options;
    enum miev_sandbox_profile profile;
    const char *wanted =
        options->profile ? miev_sandbox_profile_name(MIEV_SANDBOX_PROFILING) : engine->sandbox;
    int rc = miev_sandbox_profile_named(wanted, &profile, err);
    if (rc != MIEV_OK)
        return rc;
    struct miev_child_options child = child_options(options, profile, options->memory_bytes);
    rc = miev_child_spawn(&child, &model->child, err);
    if (rc != MIEV_OK)
        return rc;
    json_t *reply = NULL;
    const char *token = miev_env_variable(options->env, "MIEV_REMOTE_TOKEN");
    json_t *request = json_pack(
        "{s:s, s:s, s:s, s:i, s:s?, s:s?, s:s?, s:I}", "do", "open", "engine", engine->name,
        "profile", miev_sandbox_profile_name(profile), "threads", (int)miev_run_threads(run, model),
        "delegate", model->entry.batch ? model->entry.delegate : options->delegate, "runtime_dir",
        options->runtime_dir, "picture", miev_run_picture_format(run), "address_space_bytes",
        (json_int_t)child.address_space_bytes);
    if (model->remote)
        (void)json_object_update_new(
            request, json_pack("{s:s, s:s?, s:f, s:i}", "address", model->entry.file->path, "token",
                               token, "timeout_s", options->timeout_s * ANSWER_IN_TIME,
                               "connections", (int)options->connections));
    rc = ask(run, model, request, -1, 0, &reply, err);
    return rc == MIEV_OK ? take_facts(model, reply, err) : rc;
}

/* Load the model between two meter readings: first use is told by itself. */
static int load_metered(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    json_t *reply = NULL;
    int rc = miev_meter_read(run->meter, miev_run_work_cpu_s(run), &model->load.start, err);
    if (rc != MIEV_OK)
        return rc;
    rc = ask(run, model, json_pack("{s:s, s:b}", "do", "load", "features", (int)model->features),
             model->file.fd, 0, &reply, err);
    if (rc != MIEV_OK)
        return rc;
    rc = take_facts(model, reply, err);
    if (rc != MIEV_OK)
        return rc;
    model->load.count = 1;
    model->load.reserved_cpus = miev_run_reserved_cpus(run, model);
    return miev_meter_read(run->meter, miev_run_work_cpu_s(run), &model->load.stop, err);
}

static int load_remote(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    struct miev_remote_address address; /* a wrong one is refused before a process is started */
    const struct miev_engine_ops *engine = miev_engine_named(run->options->engines, "remote");
    int rc = miev_remote_address_read(model->entry.file->path, &address, err);
    if (rc == MIEV_OK && !engine)
        rc = miev_error_set(err, MIEV_ERR_UNSUPPORTED, "served models are not run here");
    if (rc == MIEV_OK)
        rc = start_worker(run, model, engine, err);
    return rc == MIEV_OK ? load_metered(run, model, err) : rc;
}

static int load(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    if (model->remote)
        return load_remote(run, model, err);
    int rc = miev_sealed_load_model(model->entry.file->path, MODEL_MAX_BYTES, &model->file, err);
    if (rc == MIEV_OK)
        rc = check_identity(model, err);
    if (rc != MIEV_OK)
        return rc;
    const struct miev_engine_ops *engine =
        miev_engine_for(run->options->engines, model->file.bytes, model->file.length);
    if (!engine) {
        char words[300];
        miev_engine_describe_stranger(model->file.bytes, model->file.length, words, sizeof(words));
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "%s is %s", model->entry.file->path,
                              words);
    }
    rc = start_worker(run, model, engine, err);
    return rc == MIEV_OK ? load_metered(run, model, err) : rc;
}

/* A card tells all that a file's own metadata may, so only a bare file is asked. */
static int read_metadata(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    json_t *reply = NULL;
    if (!model->entry.card->bare)
        return MIEV_OK;
    int rc = ask(run, model, json_pack("{s:s}", "do", "metadata"), -1, 0, &reply, err);
    if (rc == MIEV_OK)
        rc = miev_file_metadata_read(reply, &model->metadata,
                                     json_object_get(model->facts, "guesses"), err);
    json_decref(reply);
    return rc;
}

/* ---- what goes in --------------------------------------------------------------------------- */

struct input_plan {
    int64_t dims[4]; /* a grey picture's last one may be left out in the file */
    size_t n_dims;   /* of the file: 3 or 4 */
    bool channels_first, open_shape;
    unsigned width, height;
};

static bool is_channels(int64_t n)
{
    return n == 1 || n == 3;
}

/* "1 x 224 x ? x 3": a dimension that the file leaves open is a question mark. */
static void show_shape(const json_t *shape, char *out, size_t capacity)
{
    size_t used = 0, i = 0;
    const json_t *dim;
    out[0] = '\0';
    json_array_foreach(shape, i, dim)
    {
        char number[24] = "?";
        if (json_integer_value(dim) >= 0)
            (void)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(dim));
        int n = snprintf(out + used, capacity - used, "%s%s", i ? " x " : "", number);
        if (n < 0 || (size_t)n >= capacity - used)
            return;
        used += (size_t)n;
    }
}

/* Rows of audio features have three dimensions too, so only a card makes a grey picture of them. */
static int read_shape(const json_t *shape, bool has_card, struct input_plan *plan,
                      struct miev_error *err)
{
    char words[128];
    plan->n_dims = json_array_size(shape);
    if (plan->n_dims != 4 && (plan->n_dims != 3 || !has_card)) {
        show_shape(shape, words, sizeof(words));
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model's input has the shape %s, a picture has four dimensions "
                              "(batch, height, width, channels)%s",
                              words,
                              plan->n_dims == 3 ? ", or three if it is grey and a card says so"
                                                : ": is it an image classifier?");
    }
    plan->dims[3] = 1;
    for (size_t i = 0; i < plan->n_dims; i++)
        plan->dims[i] = json_integer_value(json_array_get(shape, i));
    return MIEV_OK;
}

static int read_dims(const json_t *facts, bool has_card, struct input_plan *plan,
                     struct miev_error *err)
{
    const json_t *inputs = json_object_get(facts, "inputs");
    const json_t *input = json_array_get(inputs, 0);
    if (json_array_size(inputs) != 1)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model has %zu inputs, an image classifier has one: other tasks "
                              "are not run",
                              json_array_size(inputs));
    return read_shape(json_object_get(input, "shape"), has_card, plan, err);
}

/* Fill one open dimension from the card. */
static int settle_side(int64_t *dim, unsigned from_card, const char *word, struct miev_error *err)
{
    if (*dim <= 0 && from_card == 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model leaves the %s of its input open: name a card that tells "
                              "it (a .json file as in models/) instead of the file",
                              word);
    if (*dim <= 0)
        *dim = from_card;
    if (*dim > 4096)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the model wants pictures with a %s of %lld, at most 4096 is allowed",
                              word, (long long)*dim);
    if (from_card != 0 && *dim != from_card)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the card says a %s of %u, the model file has %lld: the card belongs "
                              "to another file",
                              word, from_card, (long long)*dim);
    return MIEV_OK;
}

/* By the file, which is what runs; by the card where the file fits either (a side of 1 or 3, or an
 * open one). */
static bool channels_come_first(const struct miev_card *card, const struct input_plan *plan)
{
    bool may_be_first = plan->n_dims == 4 && (plan->dims[1] <= 0 || is_channels(plan->dims[1]));
    bool may_be_last = plan->dims[3] <= 0 || is_channels(plan->dims[3]);
    if (may_be_first && may_be_last && !card->bare)
        return card->channels_first;
    return is_channels(plan->dims[1]) && !is_channels(plan->dims[3]);
}

static int settle_shape(const struct miev_card *card, struct input_plan *plan,
                        struct miev_error *err)
{
    int64_t *dims = plan->dims;
    plan->channels_first = channels_come_first(card, plan);
    int64_t *channels = plan->channels_first ? &dims[1] : &dims[3];
    int64_t *height = plan->channels_first ? &dims[2] : &dims[1];
    int64_t *width = plan->channels_first ? &dims[3] : &dims[2];
    plan->open_shape = dims[0] <= 0 || dims[1] <= 0 || dims[2] <= 0 || dims[3] <= 0;
    if (dims[0] <= 0)
        dims[0] = 1;
    if (*channels <= 0 && card->bare)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model leaves the channels of its input open: name a card that "
                              "tells its layout and size (a .json file as in models/) instead of "
                              "the file");
    if (*channels <= 0)
        *channels = 3;
    if (!is_channels(*channels) || dims[0] != 1)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model's input is %lld x %lld x %lld x %lld, which is no single "
                              "picture of one or three channels",
                              (long long)dims[0], (long long)dims[1], (long long)dims[2],
                              (long long)dims[3]);
    int rc = settle_side(height, card->height, "height", err);
    if (rc == MIEV_OK)
        rc = settle_side(width, card->width, "width", err);
    plan->width = (unsigned)*width;
    plan->height = (unsigned)*height;
    return rc;
}

static json_t *input_request(const struct miev_run *run, const struct miev_card *card,
                             const struct miev_preprocess *plan)
{
    const double *mean = plan->pixels.mean, *std = plan->pixels.std;
    json_t *request = json_pack(
        "{s:s, s:i, s:i, s:i, s:f, s:b, s:b, s:b, s:[f,f,f], s:[f,f,f]}", "do", "input", "width",
        (int)plan->width, "height", (int)plan->height, "resize", (int)plan->resize, "crop_ratio",
        plan->crop_ratio, "fast", (int)run->options->fast_decode, "channels_first",
        (int)plan->pixels.channels_first, "bgr", (int)plan->pixels.bgr, "mean", mean[0], mean[1],
        mean[2], "std", std[0], std[1], std[2]);
    if (card->output_known)
        (void)json_object_set_new(request, "logits", json_boolean(card->logits));
    return request;
}

/* Tell the engine the dimensions that the file leaves open. */
static int give_shape(struct miev_run *run, struct miev_run_model *model,
                      const struct input_plan *plan, struct miev_error *err)
{
    json_t *reply = NULL, *shape = json_array();
    for (size_t i = 0; i < plan->n_dims; i++)
        (void)json_array_append_new(shape, json_integer((json_int_t)plan->dims[i]));
    int rc =
        ask(run, model, json_pack("{s:s, s:o}", "do", "shape", "shape", shape), -1, 0, &reply, err);
    if (rc != MIEV_OK && plan->dims[0] > 1 && miev_child_alive(model->child))
        return miev_error_prefix(err, "the model takes no batches of %lld",
                                 (long long)plan->dims[0]);
    return rc == MIEV_OK ? take_facts(model, reply, err) : rc;
}

static int give_input(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    const struct miev_card *card = model->entry.card;
    const json_t *input = json_array_get(json_object_get(model->facts, "inputs"), 0);
    struct input_plan plan = {0};
    json_t *reply = NULL;
    int rc = read_dims(model->facts, !card->bare, &plan, err);
    if (rc == MIEV_OK)
        rc = settle_shape(card, &plan, err);
    struct miev_preprocess settled = {
        .width = plan.width, .height = plan.height, .pixels.channels_first = plan.channels_first};
    if (rc == MIEV_OK) /* before give_shape, which renews the facts */
        miev_preprocess_settle(card, &model->metadata, input, &settled,
                               json_object_get(model->facts, "guesses"));
    plan.dims[0] = miev_run_batch(model);
    if (rc == MIEV_OK && (plan.open_shape || plan.dims[0] > 1))
        rc = give_shape(run, model, &plan, err);
    if (rc != MIEV_OK)
        return rc;
    (void)json_object_set_new(model->facts, "preprocessing", miev_preprocess_json(&settled));
    json_t *request = input_request(run, card, &settled);
    if (plan.dims[0] > 1)
        (void)json_object_set_new(request, "batch", json_integer(plan.dims[0]));
    (void)json_object_set(model->facts, "input_request", request);
    rc = ask(run, model, request, run->input.fd, 0, &reply, err);
    if (rc == MIEV_OK)
        json_decref(reply);
    return rc;
}

/* ---- what comes out ------------------------------------------------------------------------- */

static void use_labels(struct miev_run_model *model, char *const *labels, size_t n,
                       enum miev_origin from)
{
    model->labels = labels;
    model->n_labels = n;
    model->labels_from = from;
}

/* Labels that somebody gave fit, or the model is not run with them: a list that is one short or one
 * long would name every class wrongly. */
static int check_labels(const struct miev_card *card, size_t classes, struct miev_error *err)
{
    bool option = card->labels_from == MIEV_ORIGIN_OPTION;
    if (card->n_labels == classes)
        return MIEV_OK;
    const char *background = card->n_labels + 1 == classes
                                 ? ": if its first output is the background, say so in a first line"
                             : card->n_labels == classes + 1
                                 ? ": if the first label is the background, take that line away"
                                 : "";
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "%s %zu labels, the model %zu outputs, and labels are never shifted or "
                          "guessed over; mend the %s%s",
                          option ? "--labels names" : "the card has", card->n_labels, classes,
                          option ? "file" : "card", background);
}

/* By whose word the classes are called what they are called. */
static int settle_labels(struct miev_run_model *model, size_t classes, struct miev_error *err)
{
    const struct miev_card *card = model->entry.card;
    const struct miev_labels *own = &model->metadata.labels;
    json_t *guesses = json_object_get(model->facts, "guesses");
    char words[256] = "";
    use_labels(model, card->labels, card->n_labels, card->labels_from);
    if (card->n_labels > 0)
        return check_labels(card, classes, err);
    if (own->n == classes) {
        use_labels(model, own->list, own->n, MIEV_ORIGIN_METADATA);
        return MIEV_OK;
    }
    if (own->n > 0) {
        (void)snprintf(words, sizeof(words),
                       "labels: none, since the file's own '%s' has %zu for %zu outputs",
                       model->metadata.labels_name, own->n, classes);
    } else if (classes == 1000 || classes == 1001) {
        int rc = miev_labels_imagenet(classes, &model->guessed, err);
        if (rc != MIEV_OK)
            return rc;
        use_labels(model, model->guessed.list, model->guessed.n, MIEV_ORIGIN_GUESS);
        (void)snprintf(words, sizeof(words), "labels: %sImageNet's, by the %zu outputs",
                       classes == 1001 ? "background and " : "", classes);
    } else {
        (void)snprintf(words, sizeof(words), "labels: none, the %zu outputs by number", classes);
    }
    (void)json_array_append_new(guesses, json_string(words));
    return MIEV_OK;
}

static int add_prediction(const struct miev_run_model *model, const json_t *answer, size_t classes,
                          json_t *list, struct miev_error *err)
{
    json_int_t index = json_integer_value(json_object_get(answer, "index"));
    double score = json_number_value(json_object_get(answer, "score"));
    if (index < 0 || (size_t)index >= classes || !(fabs(score) <= 1e18))
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    char number[32];
    (void)snprintf(number, sizeof(number), "class %lld", (long long)index);
    const char *label = model->n_labels > 0 ? model->labels[index] : number;
    return json_array_append_new(list, json_pack("{s:s, s:I, s:f}", "label", label, "index", index,
                                                 "score", score)) == 0
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the predictions");
}

static int predict(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    json_t *reply = NULL;
    int rc = ask(run, model, json_pack("{s:s}", "do", "predict"), -1, 0, &reply, err);
    if (rc != MIEV_OK)
        return rc;
    double classes_told = 0;
    json_t *list = json_array(), *answers = json_object_get(reply, "predictions");
    rc = miev_json_number(reply, "classes", 1, MIEV_PREDICT_MAX_CLASSES, &classes_told, err);
    size_t classes = (size_t)classes_told;
    if (rc != MIEV_OK || json_array_size(answers) > MIEV_PREDICT_TOP)
        rc = miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    if (rc == MIEV_OK)
        rc = settle_labels(model, classes, err);
    for (size_t i = 0; rc == MIEV_OK && i < json_array_size(answers); i++)
        rc = add_prediction(model, json_array_get(answers, i), classes, list, err);
    if (rc == MIEV_OK && !model->entry.card->output_known)
        (void)json_array_append_new(
            json_object_get(model->facts, "guesses"),
            json_string(
                json_is_true(json_object_get(reply, "softmax"))
                    ? "output: logits, since they are no probabilities: a softmax was applied"
                    : "output: probabilities, since they add up to 1"));
    (void)json_object_set_new(model->facts, "predictions", list);
    (void)json_object_set_new(model->facts, "classes", json_integer((json_int_t)classes));
    json_decref(reply);
    return rc;
}

/* ---- time ----------------------------------------------------------------------------------- */

/* Latencies as the worker tells them, which cannot be longer together than we waited: on them rests
 * how long it is waited for next. */
static int read_latencies(const json_t *list, double waited_s, double *seconds, size_t count,
                          struct miev_error *err)
{
    double sum_s = 0;
    bool below_zero = false;
    for (size_t i = 0; i < count; i++) {
        seconds[i] = (double)json_integer_value(json_array_get(list, i)) * 1e-9;
        below_zero = below_zero || seconds[i] < 0;
        sum_s += seconds[i];
    }
    if (json_array_size(list) != count || below_zero || sum_s > waited_s)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the model's process did not time what it was asked to");
    return MIEV_OK;
}

int miev_run_time_each(struct miev_run *run, struct miev_run_model *model, size_t count,
                       struct miev_run_latency *out, struct miev_error *err)
{
    json_t *reply = NULL;
    json_t *request = json_pack("{s:s, s:s, s:I, s:b}", "do", "repeat", "stage", "inference",
                                "count", (json_int_t)count, "each", 1);
    double asked_s = miev_run_elapsed_s(run);
    int rc = ask(run, model, request, -1, 20 * model->inference_s * (double)count, &reply, err);
    if (rc != MIEV_OK)
        return rc;
    double *seconds = calloc(count, sizeof(*seconds));
    rc = seconds ? read_latencies(json_object_get(reply, "latencies_ns"),
                                  miev_run_elapsed_s(run) - asked_s, seconds, count, err)
                 : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu latencies", count);
    json_decref(reply);
    if (rc == MIEV_OK)
        *out = (struct miev_run_latency){seconds, count};
    else
        free(seconds);
    return rc;
}

static int median_of_batch(struct miev_run *run, struct miev_run_model *model, size_t count,
                           double *median_s, struct miev_error *err)
{
    struct miev_run_latency batch = {0};
    int rc = miev_run_time_each(run, model, count, &batch, err);
    if (rc == MIEV_OK)
        *median_s = miev_quantile(batch.seconds, batch.n, 0.5);
    free(batch.seconds);
    return rc;
}

static int first_inference(struct miev_run *run, struct miev_run_model *model,
                           struct miev_error *err)
{
    int rc = miev_meter_read(run->meter, miev_run_work_cpu_s(run), &model->first.start, err);
    if (rc == MIEV_OK)
        rc = median_of_batch(run, model, 1, &model->first_inference_s, err);
    if (rc == MIEV_OK)
        rc = miev_meter_read(run->meter, miev_run_work_cpu_s(run), &model->first.stop, err);
    model->first.count = rc == MIEV_OK;
    model->first.reserved_cpus = miev_run_reserved_cpus(run, model);
    model->inference_s = model->first_inference_s;
    return rc;
}

static size_t clamp_count(double wanted, size_t low, size_t high)
{
    if (!(wanted > (double)low))
        return low;
    return wanted > (double)high ? high : (size_t)wanted;
}

/* Seconds that one of the three timed steps may take for one model. */
static double step_budget_s(const struct miev_run *run)
{
    return run->options->budget_s * PREPARE_SHARE / (3.0 * (double)run->n_models);
}

/* Until three successive medians agree, or the cap. */
static int warm_up(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    double medians[3] = {NAN, NAN, NAN};
    double end_s = miev_run_elapsed_s(run) + fmin(WARM_UP_MAX_S, step_budget_s(run));
    for (int i = 0; i < WARM_UP_MAX_BATCHES && miev_run_elapsed_s(run) < end_s; i++) {
        size_t count = clamp_count(WARM_UP_BATCH_S / model->inference_s, 3, 1000);
        medians[i % 3] = NAN;
        int rc = median_of_batch(run, model, count, &medians[i % 3], err);
        if (rc != MIEV_OK)
            return rc;
        model->inference_s = fmax(medians[i % 3], 1e-9);
        double low = fmin(medians[0], fmin(medians[1], medians[2]));
        double high = fmax(medians[0], fmax(medians[1], medians[2]));
        if (i >= 2 && high <= low * (1 + WARM_UP_AGREE_RATIO))
            break;
    }
    return MIEV_OK;
}

/* p99 asks for 1,000 samples; a slow model gets as many as fit its share of the budget. */
static int latency_pass(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    double share_s = run->options->budget_s / (8.0 * (double)run->n_models);
    size_t count = clamp_count(share_s / model->inference_s, LATENCY_MIN_SAMPLES, LATENCY_SAMPLES);
    if (run->options->budget_s <= 0)
        count = 3; /* predictions only */
    return miev_run_time_each(run, model, count, &model->latency, err);
}

static int measure_stages(struct miev_run *run, struct miev_run_model *model,
                          struct miev_error *err)
{
    static const char *const names[MIEV_RUN_STAGES] = {"decode", "preprocess", "postprocess"};
    double rounds = MIEV_RUN_STAGES * (MIEV_RUN_STAGE_ROUNDS + 1);
    double round_s = fmax(STAGE_ROUND_MIN_S, fmin(STAGE_ROUND_MAX_S, step_budget_s(run) / rounds));
    for (size_t s = 0; s < MIEV_RUN_STAGES; s++) {
        struct miev_run_stage *stage = &model->stages[s];
        stage->name = names[s];
        /* One round to learn how long it takes, kept out of the figures. */
        int rc = miev_run_round(run, model, stage->name, 3, &stage->rounds, 0, err);
        if (rc != MIEV_OK)
            return rc;
        double once_s = stage->rounds.list[0].busy_s / 3;
        size_t count = miev_plan_repeats(once_s, round_s);
        for (size_t i = 0; rc == MIEV_OK && i < MIEV_RUN_STAGE_ROUNDS; i++)
            rc = miev_run_round(run, model, stage->name, count, &stage->rounds, i, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

/* On a crowded machine preparation may take so long that no time for rounds is left: then what is
 * not needed for them is left out. */
static bool late(const struct miev_run *run, const struct miev_run_model *model)
{
    double share = (double)(model - run->models + 1) / (double)run->n_models;
    return miev_run_elapsed_s(run) > share * run->options->budget_s / 2;
}

static int prepare(struct miev_run *run, struct miev_run_model *model, struct miev_error *err)
{
    static const struct {
        int (*step)(struct miev_run *run, struct miev_run_model *model, struct miev_error *err);
        enum miev_study_phase phase;
        bool measures; /* left out when only predictions are wanted, or when time is short */
    } steps[] = {
        {load, MIEV_PHASE_LOAD, false},
        {read_metadata, MIEV_PHASE_LOAD, false},
        {give_input, MIEV_PHASE_LOAD, false},
        {first_inference, MIEV_PHASE_LOAD, false},
        {predict, MIEV_PHASE_LOAD, false},
        {warm_up, MIEV_PHASE_WARM_UP, true},
        {latency_pass, MIEV_PHASE_LATENCY, false},
        {measure_stages, MIEV_PHASE_STAGES, true},
    };
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (steps[i].measures && (run->options->budget_s <= 0 || late(run, model)))
            continue;
        if (miev_run_stopped(run))
            return miev_error_set(err, MIEV_ERR_INTERRUPTED,
                                  "stopped before this model was measured");
        miev_run_checkpoint(run);
        miev_run_tell(run, steps[i].phase, model);
        int rc = steps[i].step(run, model, err);
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

void miev_run_prepare(struct miev_run *run, struct miev_run_model *model)
{
    struct miev_error err;
    model->facts = json_pack("{s:[]}", "guesses");
    if (prepare(run, model, &err) != MIEV_OK)
        miev_run_fail(model, &err);
    else
        model->prepared = true;
}

void miev_run_open(struct miev_run *run, struct miev_run_model *model)
{
    struct miev_error err;
    model->facts = json_pack("{s:[]}", "guesses");
    int rc = load(run, model, &err);
    if (rc == MIEV_OK)
        rc = read_metadata(run, model, &err);
    if (rc == MIEV_OK)
        rc = give_input(run, model, &err);
    if (rc == MIEV_OK)
        rc = first_inference(run, model, &err);
    if (rc == MIEV_OK && !model->unnamed)
        rc = predict(run, model, &err);
    if (rc != MIEV_OK)
        miev_run_fail(model, &err);
}

int miev_run_start_preparer(struct miev_run *run, uint64_t memory_bytes, const char *format,
                            struct miev_child **out, struct miev_error *err)
{
    json_t *reply = NULL;
    struct miev_child *child = NULL;
    struct miev_child_options options =
        child_options(run->options, MIEV_SANDBOX_STRICT, memory_bytes);
    int rc = miev_child_spawn(&options, &child, err);
    if (rc == MIEV_OK)
        rc = miev_child_ask(child,
                            json_pack("{s:s, s:s?, s:I}", "do", "lock", "picture", format,
                                      "address_space_bytes",
                                      (json_int_t)options.address_space_bytes),
                            -1, run->options->timeout_s, &reply, err);
    json_decref(reply);
    if (rc == MIEV_OK)
        *out = child;
    else
        miev_child_destroy(child);
    return rc;
}
