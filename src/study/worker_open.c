/* SPDX-License-Identifier: Apache-2.0 */
#include "study/worker_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/error.h"
#include "media/media.h"
#include "study/sandbox.h"

static json_t *info_to_json(const struct miev_worker *worker)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "name", worker->engine->name, "runtime",
                     worker->info.runtime, "version", worker->info.version, "delegate",
                     worker->info.delegate, "threads", (int)worker->info.threads);
}

/* Load what the picture's decoder takes, then lock this process for good. */
static int lock(const struct miev_worker *worker, const json_t *request, json_t *reply,
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

/* {"do":"lock","profile","picture","address_space_bytes"}: lock a worker that will run no model. */
int miev_worker_do_lock(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
                        struct miev_error *err)
{
    (void)fd;
    return lock(worker, request, reply, err);
}

/* What the engine writes its profile to, when it is to make one. */
static int prepare_profile(struct miev_worker *worker, const json_t *request,
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
int miev_worker_do_open(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
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

json_t *miev_worker_tensor_json(const struct miev_tensor *tensor)
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

static int describe_tensors(struct miev_worker *worker, bool inputs, json_t *reply,
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
            (void)json_array_append_new(list, miev_worker_tensor_json(&tensor));
    }
    (void)json_object_set_new(reply, inputs ? "inputs" : "outputs", list);
    return rc;
}

/* {"do":"load","features"} with the model's descriptor. */
int miev_worker_do_load(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
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

/* {"do":"shape","shape":[...]}: give input 0 a shape where the file leaves it open. */
int miev_worker_do_shape(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
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
int miev_worker_do_metadata(struct miev_worker *worker, const json_t *request, int fd,
                            json_t *reply, struct miev_error *err)
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

/* {"do":"look","picture":..,"fast":..} with the picture's descriptor, to a worker without a model:
 * lock it, then decode the picture and say what it is. */
int miev_worker_do_look(struct miev_worker *worker, const json_t *request, int fd, json_t *reply,
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
    miev_worker_unmap(image, length);
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
