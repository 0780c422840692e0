/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX models on ONNX Runtime. See docs/engines.md for what it is told and why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/engine.h"
#include "engine/onnx_api.h"
#include "engine/onnx_features.h"
#include "engine/onnx_file.h"
#include "engine/onnx_profile.h"
#include "engine/onnx_provider.h"
#include "engine/onnx_tiny.h"
#include "engine/ports.h"

struct onnx {
    struct onnx_api api;
    void *environment, *memory; /* memory: the word for "the CPU's own" */
    void *allocator;            /* the runtime's, never released */
    const struct miev_onnx_provider *provider;
    unsigned threads;
    bool started; /* from here on the worker may be locked */
    char version[64];
    char profile_name[32]; /* where the runtime believes to write its profile; "": it makes none */
    int profile_fd;        /* where it ends up */
    /* of the model that is loaded: */
    void *session;
    struct miev_ports inputs, outputs; /* an output's memory is the runtime's, of the last run */
    char **input_names, **output_names;
};

/* ---- tensors ---- */

static enum miev_dtype dtype_of(int element)
{
    switch (element) {
    case ONNX_FLOAT32:
        return MIEV_DTYPE_FLOAT32;
    case ONNX_FLOAT16:
        return MIEV_DTYPE_FLOAT16;
    case ONNX_UINT8:
        return MIEV_DTYPE_UINT8;
    case ONNX_INT8:
        return MIEV_DTYPE_INT8;
    case ONNX_INT32:
        return MIEV_DTYPE_INT32;
    case ONNX_INT64:
        return MIEV_DTYPE_INT64;
    default:
        return MIEV_DTYPE_OTHER;
    }
}

/* NULL for a tensor of numbers. */
static const char *unusable_kind(int kind, int element)
{
    switch (kind) {
    case ONNX_TENSOR:
        return element == ONNX_STRING ? "strings" : NULL;
    case ONNX_SEQUENCE:
        return "a sequence";
    case ONNX_MAP:
        return "a map";
    default:
        return "neither a tensor, nor a sequence, nor a map";
    }
}

/* Type and shape of a tensor; rank above what fits is an error. */
static int read_tensor_info(const struct onnx *s, const void *info, int *element, int64_t *dims,
                            size_t *rank, struct miev_error *err)
{
    void *status = s->api.GetTensorElementType(info, element);
    if (!status)
        status = s->api.GetDimensionsCount(info, rank);
    if (!status && *rank > MIEV_TENSOR_MAX_DIMS)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "a tensor of the model has %zu dimensions, at most %d are served",
                              *rank, MIEV_TENSOR_MAX_DIMS);
    if (!status)
        status = s->api.GetDimensions(info, dims, *rank);
    return miev_onnx_check(&s->api, status, "tell a tensor's type", err);
}

static int describe_type(const struct onnx *s, const void *type, const char *what,
                         struct miev_port *port, struct miev_error *err)
{
    int kind = 0, element = 0;
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    size_t rank = 0;
    const void *info = NULL;
    void *status = s->api.GetOnnxTypeFromTypeInfo(type, &kind);
    if (!status && kind == ONNX_TENSOR)
        status = s->api.CastTypeInfoToTensorInfo(type, &info);
    int rc = miev_onnx_check(&s->api, status, "tell a tensor's type", err);
    if (rc == MIEV_OK && info)
        rc = read_tensor_info(s, info, &element, dims, &rank, err);
    if (rc != MIEV_OK)
        return rc;
    const char *unusable = unusable_kind(kind, element);
    if (unusable)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "%s '%s' holds %s, not numbers: this program runs models from "
                              "numbers to numbers only",
                              what, port->tensor.name, unusable);
    port->element = element;
    port->tensor.dtype = dtype_of(element);
    miev_port_set_shape(port, dims, rank);
    return MIEV_OK;
}

static bool is_8_bit(const struct miev_tensor *t)
{
    return t->dtype == MIEV_DTYPE_UINT8 || t->dtype == MIEV_DTYPE_INT8;
}

/* Input or output i: its name, which is needed for each run, and what it is. */
static int describe_port(struct onnx *s, bool input, size_t i, const void *model, size_t length,
                         struct miev_error *err)
{
    struct miev_port *port = input ? &s->inputs.list[i] : &s->outputs.list[i];
    char **name = input ? &s->input_names[i] : &s->output_names[i];
    struct miev_tensor *t = &port->tensor;
    void *type = NULL;
    void *status = input ? s->api.SessionGetInputName(s->session, i, s->allocator, name)
                         : s->api.SessionGetOutputName(s->session, i, s->allocator, name);
    if (!status)
        status = input ? s->api.SessionGetInputTypeInfo(s->session, i, &type)
                       : s->api.SessionGetOutputTypeInfo(s->session, i, &type);
    int rc = miev_onnx_check(&s->api, status, "list the model's inputs and outputs", err);
    if (rc != MIEV_OK)
        return rc;
    miev_text_show(t->name, sizeof(t->name), *name);
    rc = describe_type(s, type, input ? "input" : "output", port, err);
    s->api.ReleaseTypeInfo(type);
    if (rc == MIEV_OK && is_8_bit(t))
        (void)(input ? miev_onnx_input_scale : miev_onnx_output_scale)(model, length, *name,
                                                                       &t->scale, &t->zero_point);
    return rc;
}

static int describe_side(struct onnx *s, bool input, const void *model, size_t length,
                         struct miev_error *err)
{
    struct miev_ports *ports = input ? &s->inputs : &s->outputs;
    char ***names = input ? &s->input_names : &s->output_names;
    size_t n = 0;
    void *status = input ? s->api.SessionGetInputCount(s->session, &n)
                         : s->api.SessionGetOutputCount(s->session, &n);
    int rc = miev_onnx_check(&s->api, status, "list the model's inputs and outputs", err);
    if (rc == MIEV_OK)
        rc = miev_ports_init(ports, n, input ? "inputs" : "outputs", err);
    if (rc != MIEV_OK)
        return rc;
    *names = calloc(n, sizeof(**names));
    if (!*names)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu names", n);
    for (size_t i = 0; i < n && rc == MIEV_OK; i++)
        rc = describe_port(s, input, i, model, length, err);
    return rc;
}

static void release_value(const struct onnx *s, struct miev_ports *ports, size_t i)
{
    if (ports->handles[i])
        s->api.ReleaseValue(ports->handles[i]);
    ports->handles[i] = NULL;
    miev_port_free_memory(&ports->list[i]);
}

/* The runtime's view of memory of ours, once the shape is known. */
static int create_input(struct onnx *s, size_t i, struct miev_error *err)
{
    struct miev_port *port = &s->inputs.list[i];
    const struct miev_tensor *t = &port->tensor;
    size_t room = 0;
    release_value(s, &s->inputs, i);
    if (!miev_port_shape_known(port))
        return MIEV_OK; /* shape_input comes first */
    int rc = miev_port_allocate(port, &room, err);
    if (rc != MIEV_OK)
        return rc;
    void *status = s->api.CreateTensorWithDataAsOrtValue(
        s->memory, t->data, room, t->dims, t->n_dims, port->element, &s->inputs.handles[i]);
    return miev_onnx_check(&s->api, status, "take the memory of an input", err);
}

/* ---- from the file to a graph that runs ---- */

static void free_names(const struct onnx *s, char ***names, size_t n)
{
    for (size_t i = 0; *names && i < n; i++)
        if ((*names)[i])
            (void)miev_onnx_check(&s->api, s->api.AllocatorFree(s->allocator, (*names)[i]),
                                  "free a name", NULL);
    free(*names);
    *names = NULL;
}

static void unload(struct onnx *s)
{
    for (size_t i = 0; i < s->inputs.count; i++)
        release_value(s, &s->inputs, i);
    for (size_t i = 0; i < s->outputs.count; i++)
        release_value(s, &s->outputs, i);
    free_names(s, &s->input_names, s->inputs.count);
    free_names(s, &s->output_names, s->outputs.count);
    miev_ports_finish(&s->inputs);
    miev_ports_finish(&s->outputs);
    if (s->session)
        s->api.ReleaseSession(s->session);
    s->session = NULL;
}

/* Threads that wait do not spin: they would be counted as work of others. */
static void *add_entries(const struct onnx *s, void *options)
{
    static const char *const entries[][2] = {
        {"session.intra_op.allow_spinning", "0"},
        {"session.inter_op.allow_spinning", "0"},
        {"session.load_model_format", "ONNX"}, /* never the runtime's own format, unverified */
    };
    void *status = NULL;
    for (size_t i = 0; !status && i < sizeof(entries) / sizeof(entries[0]); i++)
        status = s->api.AddSessionConfigEntry(options, entries[i][0], entries[i][1]);
    return status;
}

static int create_session(struct onnx *s, const void *model, size_t length, struct miev_error *err)
{
    void *options = NULL;
    void *status = s->api.CreateSessionOptions(&options);
    if (!status)
        status = s->api.SetSessionLogSeverityLevel(options, ONNX_LOG_FATAL);
    if (!status)
        status = s->api.SetIntraOpNumThreads(options, (int)s->threads);
    if (!status)
        status = s->api.SetInterOpNumThreads(options, 1);
    if (!status)
        status = add_entries(s, options);
    /* Not for the tiny model: before the lock it would make a real file. */
    if (!status && s->profile_name[0] && s->started)
        status = s->api.EnableProfiling(options, s->profile_name);
    int rc = miev_onnx_check(&s->api, status, "take its settings", err);
    if (rc == MIEV_OK && s->provider->append)
        rc = miev_onnx_check(&s->api, s->provider->append(&s->api, options), "start the provider",
                             err);
    if (rc == MIEV_OK)
        rc = miev_onnx_check(
            &s->api,
            s->api.CreateSessionFromArray(s->environment, model, length, options, &s->session),
            "prepare the model", err);
    if (options)
        s->api.ReleaseSessionOptions(options);
    return rc;
}

/* An output follows an open batch of the input. */
static void close_batches(struct onnx *s)
{
    bool open = false;
    for (size_t i = 0; i < s->inputs.count; i++)
        open = miev_port_close_batch(&s->inputs.list[i]) || open;
    for (size_t i = 0; open && i < s->outputs.count; i++)
        (void)miev_port_close_batch(&s->outputs.list[i]);
}

/* The session may be of more bytes than the file has: see miev_onnx_add_output. */
static int describe(struct onnx *s, const void *model, size_t length, struct miev_error *err)
{
    int rc = describe_side(s, true, model, length, err);
    if (rc == MIEV_OK)
        rc = describe_side(s, false, model, length, err);
    if (rc == MIEV_OK)
        close_batches(s);
    for (size_t i = 0; i < s->inputs.count && rc == MIEV_OK; i++)
        rc = create_input(s, i, err);
    return rc;
}

static int build(struct onnx *s, const void *model, size_t length, struct miev_error *err)
{
    int rc = create_session(s, model, length, err);
    return rc == MIEV_OK ? describe(s, model, length, err) : rc;
}

/* The output of that name changes places with the first one. */
static int put_first(struct onnx *s, const char *name, struct miev_error *err)
{
    size_t i = 0;
    while (i < s->outputs.count && strcmp(s->output_names[i], name) != 0)
        i++;
    if (i == s->outputs.count)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "ONNX Runtime does not show what the model's last layer is fed with: "
                              "--features output takes the output itself");
    struct miev_port port = s->outputs.list[i];
    char *keep = s->output_names[i];
    s->outputs.list[i] = s->outputs.list[0];
    s->outputs.list[0] = port;
    s->output_names[i] = s->output_names[0];
    s->output_names[0] = keep;
    return MIEV_OK;
}

static int build_features(struct onnx *s, const void *model, size_t length, struct miev_error *err)
{
    char name[MIEV_ONNX_MAX_NAME];
    void *more = NULL;
    size_t more_length = 0;
    int rc = miev_onnx_find_features(model, length, name, err);
    if (rc == MIEV_OK)
        rc = miev_onnx_add_output(model, length, name, &more, &more_length, err);
    if (rc == MIEV_OK)
        rc = create_session(s, more, more_length, err); /* which keeps no part of the bytes */
    free(more);
    if (rc == MIEV_OK)
        rc = describe(s, model, length, err);
    return rc == MIEV_OK ? put_first(s, name, err) : rc;
}

/* ---- the slots of engine.h ---- */

static void fill_info(const struct onnx *s, struct miev_engine_info *info)
{
    (void)snprintf(info->runtime, sizeof(info->runtime), "ONNX Runtime");
    (void)snprintf(info->version, sizeof(info->version), "%s", s->version);
    (void)snprintf(info->delegate, sizeof(info->delegate), "%s",
                   s->session ? s->provider->delegate : "");
    info->threads = s->threads;
}

static int
load_by(struct onnx *s,
        int (*how)(struct onnx *s, const void *model, size_t length, struct miev_error *err),
        const void *model, size_t length, struct miev_engine_info *info, struct miev_error *err)
{
    unload(s);
    int rc = miev_onnx_inspect(model, length, err);
    if (rc == MIEV_OK)
        rc = how(s, model, length, err);
    if (rc == MIEV_OK) {
        fill_info(s, info);
        return MIEV_OK;
    }
    unload(s);
    if (!s->started || !s->provider->append)
        return rc;
    return miev_error_prefix(err,
                             "with --delegate %s, in a locked process that opens no file and makes "
                             "no machine code (the CPU provider needs neither)",
                             s->provider->delegate);
}

static int onnx_load(void *state, const void *model, size_t length, struct miev_engine_info *info,
                     struct miev_error *err)
{
    return load_by(state, build, model, length, info, err);
}

static int onnx_load_features(void *state, const void *model, size_t length,
                              struct miev_engine_info *info, struct miev_error *err)
{
    return load_by(state, build_features, model, length, info, err);
}

static int onnx_run(void *state, struct miev_error *err)
{
    struct onnx *s = state;
    if (!s->session)
        return miev_error_set(err, MIEV_ERR_INVALID, "no model is loaded");
    if (!miev_ports_shapes_known(&s->inputs))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model leaves the shape of an input open: give it one");
    /* What is not NULL the runtime would take for memory to write to, whatever its shape. */
    for (size_t i = 0; i < s->outputs.count; i++)
        release_value(s, &s->outputs, i);
    void *status =
        s->api.Run(s->session, NULL, (const char *const *)s->input_names,
                   (const void *const *)s->inputs.handles, s->inputs.count,
                   (const char *const *)s->output_names, s->outputs.count, s->outputs.handles);
    return miev_onnx_check(&s->api, status, "run the model", err);
}

/* ---- time by operator ---- */

static int end_profiling(struct onnx *s, struct miev_error *err)
{
    char *name = NULL;
    int rc = miev_onnx_check(&s->api, s->api.SessionEndProfiling(s->session, s->allocator, &name),
                             "write its profile", err);
    s->profile_name[0] = '\0'; /* once */
    if (name)
        (void)miev_onnx_check(&s->api, s->api.AllocatorFree(s->allocator, name), "free a name",
                              NULL);
    return rc;
}

static int read_profile(const struct onnx *s, struct miev_op_times *times, struct miev_error *err)
{
    off_t length = lseek(s->profile_fd, 0, SEEK_END);
    if (length <= 0)
        return miev_error_set(err, MIEV_ERR_BROKEN, "ONNX Runtime %s wrote no profile", s->version);
    char *text = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, s->profile_fd, 0);
    if (text == MAP_FAILED)
        return miev_error_errno(err, "cannot map ONNX Runtime's profile of %lld bytes",
                                (long long)length);
    int rc = miev_onnx_profile_read(text, (size_t)length, times, err);
    (void)munmap(text, (size_t)length);
    return rc;
}

static int onnx_profile(void *state, struct miev_op_times *times, struct miev_error *err)
{
    struct onnx *s = state;
    int rc = MIEV_OK;
    if (!s->session || !s->profile_name[0])
        return miev_error_set(err, MIEV_ERR_INVALID, "no model is loaded for profiling");
    for (size_t run = 0; rc == MIEV_OK && run < times->n_runs; run++) {
        uint64_t begun_ns = miev_op_clock_ns();
        rc = onnx_run(s, err);
        times->run_s[run] = (double)(miev_op_clock_ns() - begun_ns) * 1e-9;
    }
    if (rc == MIEV_OK)
        rc = end_profiling(s, err);
    return rc == MIEV_OK ? read_profile(s, times, err) : rc;
}

static void onnx_close(void *state)
{
    struct onnx *s = state;
    unload(s);
    if (s->memory)
        s->api.ReleaseMemoryInfo(s->memory);
    if (s->environment)
        s->api.ReleaseEnv(s->environment);
    s->memory = s->environment = NULL;
}

/* All that is started late, before the lock. */
static int start(struct onnx *s, struct miev_engine_info *info, struct miev_error *err)
{
    void *status = s->api.CreateEnv(ONNX_LOG_FATAL, "miev", &s->environment);
    if (!status)
        status = s->api.CreateCpuMemoryInfo(ONNX_ARENA, ONNX_MEM_DEFAULT, &s->memory);
    if (!status)
        status = s->api.GetAllocatorWithDefaultOptions(&s->allocator);
    int rc = miev_onnx_check(&s->api, status, "start", err);
    if (rc == MIEV_OK)
        rc = miev_onnx_check_provider(&s->api, s->provider, s->version, err);
    if (rc != MIEV_OK)
        return rc;
    rc = onnx_load(s, tiny_model, sizeof(tiny_model) - 1, info, err);
    if (rc == MIEV_OK)
        rc = onnx_run(s, err);
    return rc == MIEV_OK
               ? rc
               : miev_error_prefix(err, "ONNX Runtime fails on a model that is known to be good");
}

static int onnx_open(void *state, const struct miev_engine_options *options,
                     struct miev_engine_info *info, struct miev_error *err)
{
    struct onnx *s = state;
    int rc = miev_onnx_find_provider(options->delegate, &s->provider, err);
    if (rc == MIEV_OK)
        rc = miev_onnx_open_library(options->runtime_dir, &s->api, s->version, sizeof(s->version),
                                    err);
    if (rc != MIEV_OK)
        return rc;
    s->threads = options->threads ? options->threads : 1;
    (void)snprintf(s->profile_name, sizeof(s->profile_name), "%s",
                   options->profile_name ? options->profile_name : "");
    s->profile_fd = options->profile_fd;
    rc = start(s, info, err);
    if (rc != MIEV_OK) {
        onnx_close(s);
        return rc;
    }
    unload(s);
    s->started = true;
    fill_info(s, info);
    return MIEV_OK;
}

static size_t onnx_input_count(const void *state)
{
    return ((const struct onnx *)state)->inputs.count;
}

static size_t onnx_output_count(const void *state)
{
    return ((const struct onnx *)state)->outputs.count;
}

static int onnx_input(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    return miev_ports_give(&((struct onnx *)state)->inputs, i, "input", out, err);
}

/* What the last run left there, which may have a shape that the file does not tell. */
static int read_output(const struct onnx *s, size_t i, struct miev_tensor *out,
                       struct miev_error *err)
{
    int element = 0;
    void *info = NULL;
    void *status = s->api.GetTensorMutableData(s->outputs.handles[i], &out->data);
    if (!status)
        status = s->api.GetTensorTypeAndShape(s->outputs.handles[i], &info);
    int rc = miev_onnx_check(&s->api, status, "tell an output", err);
    if (rc == MIEV_OK)
        rc = read_tensor_info(s, info, &element, out->dims, &out->n_dims, err);
    if (info)
        s->api.ReleaseTensorTypeAndShapeInfo(info);
    if (rc != MIEV_OK)
        return rc;
    out->dtype = dtype_of(element);
    out->bytes = miev_dtype_size(out->dtype);
    for (size_t d = 0; d < out->n_dims; d++)
        out->bytes *= (size_t)out->dims[d]; /* it is there, so it fits */
    return MIEV_OK;
}

static int onnx_output(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    struct onnx *s = state;
    struct miev_tensor tensor = {.n_dims = 0};
    int rc = miev_ports_give(&s->outputs, i, "output", &tensor, err);
    if (rc == MIEV_OK && s->outputs.handles[i])
        rc = read_output(s, i, &tensor, err);
    if (rc == MIEV_OK)
        *out = tensor;
    return rc;
}

static int create_input_of(void *state, size_t i, struct miev_error *err)
{
    return create_input(state, i, err);
}

static int onnx_shape_input(void *state, size_t i, const int64_t *dims, size_t n_dims,
                            struct miev_error *err)
{
    struct onnx *s = state;
    return miev_ports_reshape(&s->inputs, i, dims, n_dims, create_input_of, s, err);
}

const struct miev_engine_ops miev_engine_onnx = {
    .api_version = MIEV_ENGINE_API_VERSION,
    .name = "onnx",
    .summary = "ONNX models (.onnx) on ONNX Runtime",
    .state_size = sizeof(struct onnx),
    .handles = miev_onnx_is_model,
    .open = onnx_open,
    .load = onnx_load,
    .load_features = onnx_load_features,
    .channels_first = true,
    .input_count = onnx_input_count,
    .output_count = onnx_output_count,
    .input = onnx_input,
    .output = onnx_output,
    .shape_input = onnx_shape_input,
    .run = onnx_run,
    .profile = onnx_profile,
    .close = onnx_close,
};
