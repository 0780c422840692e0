/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow Lite models on LiteRT, the present name of TensorFlow Lite's runtime. See
 * docs/engines.md for why this build of it. A model with state (an LSTM) carries it from one run to
 * the next, as LiteRT has no call that clears it; load begins anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/engine.h"
#include "engine/library.h"
#include "engine/litert_api.h"
#include "engine/litert_profile.h"
#include "engine/ports.h"
#include "engine/tflite_features.h"
#include "engine/tflite_file.h"
#include "engine/tflite_metadata.h"
#include "engine/tflite_tiny.h"

struct tflite {
    struct litert_api api;
    void *environment;
    unsigned threads;
    char delegate[64]; /* what the caller asked for, "" for the best */
    char version[64];
    bool profiles; /* keeps the time of each operator, which costs some itself */
    /* of the model that is loaded: */
    const void *bytes;
    size_t length;
    struct miev_tflite_file file;
    void *copy; /* of the file, only for models with state and where features are the output */
    void *model;
    void *compiled; /* NULL until all input shapes are known */
    const char *delegate_used;
    struct miev_ports inputs, outputs;
};

/* How a graph is tried, best first: a delegate that fails is left out rather than the model. */
static const struct attempt {
    const char *name, *mixed_name; /* whole graph; the rest on plain kernels */
    const char *settings;          /* TOML, as LiteRT's CPU options want it */
} attempts[] = {
    {"xnnpack", "xnnpack+plain", ""},
    {"xnnpack-float", "xnnpack-float+plain", "flags = 0\n"},
    {"none", "none", "kernel_mode = \"builtin\"\n"},
};
#define N_ATTEMPTS (sizeof(attempts) / sizeof(attempts[0]))

/* ---- what LiteRT says when it fails ---- */

static int runtime_error(const struct tflite *s, int status, const char *doing,
                         struct miev_error *err)
{
    char *text = NULL;
    if (s->compiled) {
        (void)s->api.CompiledModelGetErrorMessages(s->compiled, &text);
        (void)s->api.CompiledModelClearErrors(s->compiled);
    }
    char words[320] = "";
    if (text) {
        for (char *c = text; *c; c++)
            if (*c == '\n' || *c == '\r')
                *c = ' ';
        miev_text_show(words, sizeof(words), text);
    }
    free(text);
    if (s->file.custom_op[0] && (!words[0] || strstr(words, "unresolved custom op")))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model uses the custom operator '%s', which LiteRT does not "
                              "have: convert it again with built-in operators only",
                              s->file.custom_op);
    if (words[0])
        return miev_error_set(err, miev_litert_status(status), "LiteRT could not %s: %s", doing,
                              words);
    return miev_error_set(err, miev_litert_status(status), "LiteRT could not %s (its error %d)",
                          doing, status);
}

/* ---- tensors ---- */

static const char *unusable_kind(int32_t element)
{
    switch (element) {
    case LITERT_STRING:
        return "strings";
    case LITERT_RESOURCE:
        return "a resource handle";
    case LITERT_VARIANT:
        return "variants";
    default:
        return NULL;
    }
}

static int describe_type(struct tflite *s, void *tensor, struct miev_port *out,
                         struct litert_type *type, struct miev_error *err)
{
    const char *name = out->tensor.name;
    int type_id = 0;
    int status = s->api.GetTensorTypeId(tensor, &type_id);
    if (status == LITERT_OK && type_id == LITERT_TENSOR_UNRANKED)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "tensor '%s' has no shape at all: export the model with fixed "
                              "shapes",
                              name);
    if (status == LITERT_OK)
        status = s->api.GetRankedTensorType(tensor, type);
    if (status != LITERT_OK)
        return runtime_error(s, status, "tell a tensor's type", err);
    const char *kind = unusable_kind(type->element);
    if (kind)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "tensor '%s' holds %s, not numbers: this program feeds numbers only",
                              name, kind);
    return MIEV_OK;
}

/* Returns how many there are. */
static size_t widen_dims(const struct litert_layout *layout, int64_t out[MIEV_TENSOR_MAX_DIMS])
{
    size_t rank = layout->rank <= MIEV_TENSOR_MAX_DIMS ? layout->rank : MIEV_TENSOR_MAX_DIMS;
    for (size_t i = 0; i < rank; i++)
        out[i] = layout->dims[i] < 0 ? -1 : layout->dims[i];
    return rank;
}

static int describe_port(struct tflite *s, void *tensor, struct miev_port *out,
                         struct miev_error *err)
{
    struct litert_type type = {.element = 0};
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    struct miev_tensor *t = &out->tensor;
    const char *name = NULL;
    if (s->api.GetTensorName(tensor, &name) == LITERT_OK && name)
        miev_text_show(t->name, sizeof(t->name), name);
    int rc = describe_type(s, tensor, out, &type, err);
    if (rc != MIEV_OK)
        return rc;
    out->element = type.element;
    t->dtype = miev_litert_dtype(type.element);
    miev_port_set_shape(out, dims, widen_dims(&type.layout, dims));
    int scheme = 0;
    struct litert_quantisation q = {0.0f, 0};
    if (s->api.GetQuantizationTypeId(tensor, &scheme) == LITERT_OK &&
        scheme == LITERT_QUANTISED_PER_TENSOR &&
        s->api.GetPerTensorQuantization(tensor, &q) == LITERT_OK) {
        t->scale = (double)q.scale;
        t->zero_point = q.zero_point;
    }
    return MIEV_OK;
}

static void release_buffers(const struct tflite *s, struct miev_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++) {
        if (ports->handles[i])
            s->api.DestroyTensorBuffer(ports->handles[i]);
        ports->handles[i] = NULL;
        miev_port_free_memory(&ports->list[i]);
    }
}

static int create_buffer(struct tflite *s, struct miev_port *port, void **buffer,
                         struct miev_error *err)
{
    const struct miev_tensor *t = &port->tensor;
    size_t room = 0;
    int rc = miev_port_allocate(port, &room, err);
    if (rc != MIEV_OK)
        return rc;
    struct litert_type type = {.element = port->element,
                               .layout = {.rank = (unsigned)t->n_dims & 0x7fu}};
    for (size_t i = 0; i < t->n_dims; i++)
        type.layout.dims[i] = (int32_t)t->dims[i];
    int status = s->api.CreateTensorBufferFromHostMemory(&type, t->data, room, NULL, buffer);
    if (status == LITERT_OK)
        return MIEV_OK;
    return runtime_error(s, status, "take the memory of a tensor", err);
}

static int create_buffers(struct tflite *s, struct miev_ports *ports, struct miev_error *err)
{
    int rc = MIEV_OK;
    for (size_t i = 0; i < ports->count && rc == MIEV_OK; i++)
        rc = create_buffer(s, &ports->list[i], &ports->handles[i], err);
    return rc;
}

/* ---- from the file to a graph that runs ---- */

static void discard_graph(struct tflite *s)
{
    release_buffers(s, &s->inputs);
    release_buffers(s, &s->outputs);
    if (s->compiled)
        s->api.DestroyCompiledModel(s->compiled);
    s->compiled = NULL;
}

static void unload(struct tflite *s)
{
    discard_graph(s);
    miev_ports_finish(&s->inputs);
    miev_ports_finish(&s->outputs);
    if (s->model)
        s->api.DestroyModel(s->model);
    free(s->copy);
    s->model = s->copy = NULL;
    s->bytes = NULL;
    s->file = (struct miev_tflite_file){.custom_op = ""};
    s->delegate_used = NULL;
}

static int add_settings(struct tflite *s, void *options, const char *id, const char *text)
{
    char *data = strdup(text);
    void *opaque = NULL;
    if (!data)
        return LITERT_NOMEM;
    int status = s->api.CreateOpaqueOptions(id, data, free, &opaque);
    if (status != LITERT_OK) {
        free(data);
        return status;
    }
    status = s->api.AddOpaqueOptions(options, opaque); /* takes it over */
    if (status != LITERT_OK)
        s->api.DestroyOpaqueOptions(opaque);
    return status;
}

static int compile(struct tflite *s, const struct attempt *attempt)
{
    void *options = NULL;
    int status = s->api.CreateOptions(&options);
    if (status != LITERT_OK)
        return status;
    char settings[128];
    (void)snprintf(settings, sizeof(settings), "num_threads = %u\n%s", s->threads,
                   attempt->settings);
    status = s->api.SetOptionsHardwareAccelerators(options, LITERT_CPU);
    if (status == LITERT_OK)
        status = add_settings(s, options, "xnnpack", settings);
    if (status == LITERT_OK) /* keep messages for runtime_error instead of printing them */
        status = add_settings(s, options, "runtime_options_string",
                              s->profiles ? "error_reporter_mode = 2\nenable_profiling = true\n"
                                          : "error_reporter_mode = 2\n");
    if (status == LITERT_OK)
        status = s->api.CreateCompiledModel(s->environment, s->model, options, &s->compiled);
    s->api.DestroyOptions(options);
    return status;
}

/* The file leaves some input shapes open: tell LiteRT what the caller chose. */
static int apply_shapes(struct tflite *s)
{
    for (size_t i = 0; i < s->inputs.count; i++) {
        const struct miev_port *port = &s->inputs.list[i];
        bool other_batch = port->batch_free && port->tensor.dims[0] != port->fixed[0];
        if (!miev_port_is_open(port) && !other_batch)
            continue;
        int dims[MIEV_TENSOR_MAX_DIMS];
        for (size_t d = 0; d < port->tensor.n_dims; d++)
            dims[d] = (int)port->tensor.dims[d];
        /* Not the strict one, which knows of open dimensions only what "has_rank" files tell it;
         * check_shape was strict already. */
        int status = s->api.CompiledModelResizeInputTensorNonStrict(s->compiled, 0, i, dims,
                                                                    port->tensor.n_dims);
        if (status != LITERT_OK)
            return status;
    }
    return LITERT_OK;
}

/* Let LiteRT lay out its memory, which is where it looks at every operator, and learn the shapes of
 * the outputs from it. */
static int lay_out(struct tflite *s, struct miev_error *err)
{
    struct litert_layout *layouts = calloc(s->outputs.count, sizeof(*layouts));
    if (!layouts)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the shapes of %zu outputs",
                              s->outputs.count);
    int status =
        s->api.GetCompiledModelOutputTensorLayouts(s->compiled, 0, s->outputs.count, layouts, true);
    int rc = MIEV_OK;
    if (status != LITERT_OK)
        rc = runtime_error(s, status, "prepare the model", err);
    for (size_t i = 0; i < s->outputs.count && rc == MIEV_OK; i++) {
        struct miev_port *port = &s->outputs.list[i];
        port->tensor.n_dims = widen_dims(&layouts[i], port->tensor.dims);
        if (!miev_port_shape_known(port))
            rc = miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                "output '%s' has a shape that depends on what is fed in: export "
                                "the model with fixed shapes",
                                port->tensor.name);
    }
    free(layouts);
    return rc;
}

static int try_attempt(struct tflite *s, const struct attempt *attempt, struct miev_error *err)
{
    discard_graph(s);
    int status = compile(s, attempt);
    if (status == LITERT_OK)
        status = apply_shapes(s);
    if (status != LITERT_OK)
        return runtime_error(s, status, "build the model", err);
    int rc = lay_out(s, err);
    if (rc == MIEV_OK)
        rc = create_buffers(s, &s->inputs, err);
    if (rc == MIEV_OK)
        rc = create_buffers(s, &s->outputs, err);
    if (rc != MIEV_OK)
        return rc;
    bool whole = false;
    (void)s->api.CompiledModelIsFullyAccelerated(s->compiled, &whole);
    s->delegate_used = whole ? attempt->name : attempt->mixed_name;
    return MIEV_OK;
}

static int build(struct tflite *s, struct miev_error *err)
{
    if (!miev_ports_shapes_known(&s->inputs))
        return MIEV_OK; /* shape_input comes first */
    int rc = MIEV_ERR_UNSUPPORTED;
    for (size_t i = 0; i < N_ATTEMPTS; i++) {
        if (s->delegate[0] && strcmp(s->delegate, attempts[i].name) != 0)
            continue;
        rc = try_attempt(s, &attempts[i], err);
        if (rc == MIEV_OK || rc == MIEV_ERR_NOMEM || rc == MIEV_ERR_LIMIT)
            break;
    }
    if (rc != MIEV_OK)
        discard_graph(s);
    return rc;
}

/* ---- the slots of engine.h ---- */

static void fill_info(const struct tflite *s, struct miev_engine_info *info)
{
    (void)snprintf(info->runtime, sizeof(info->runtime), "LiteRT");
    (void)snprintf(info->version, sizeof(info->version), "%s", s->version);
    (void)snprintf(info->delegate, sizeof(info->delegate), "%s",
                   s->delegate_used ? s->delegate_used : "");
    info->threads = s->threads;
}

static int copy_model(struct tflite *s, const void *bytes, size_t length, struct miev_error *err)
{
    if (s->copy)
        return MIEV_OK;
    s->copy = aligned_alloc(MIEV_PORT_ALIGNMENT,
                            (length / MIEV_PORT_ALIGNMENT + 1) * MIEV_PORT_ALIGNMENT);
    if (!s->copy)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a copy of the model");
    memcpy(s->copy, bytes, length);
    return MIEV_OK;
}

/* The runtime reads a copy where there is one. */
static int parse_model(struct tflite *s, const void *bytes, size_t length, struct miev_error *err)
{
    struct miev_tflite_patch *patches = NULL;
    size_t n = s->file.n_stateful;
    if (n) {
        int rc = copy_model(s, bytes, length, err);
        patches = rc == MIEV_OK ? calloc(n, sizeof(*patches)) : NULL;
        if (!patches)
            return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a copy of the model");
        (void)miev_tflite_hide_state(s->copy, length, patches, n);
    }
    int status =
        s->api.CreateModelFromBuffer(s->environment, s->copy ? s->copy : bytes, length, &s->model);
    if (n)
        miev_tflite_restore_state(s->copy, patches, n);
    free(patches);
    if (status == LITERT_OK)
        return MIEV_OK;
    return runtime_error(s, status, "read the model", err);
}

/* What the file leaves open, and LiteRT may have closed with ones. */
static void reopen_shape(struct tflite *s, void *tensor, struct miev_port *port, const void *bytes,
                         size_t length)
{
    uint32_t index = 0;
    int32_t dims[MIEV_TENSOR_MAX_DIMS];
    if (s->api.GetTensorIndex(tensor, &index) != LITERT_OK ||
        miev_tflite_open_shape(bytes, length, index, dims, MIEV_TENSOR_MAX_DIMS) !=
            port->tensor.n_dims)
        return;
    for (size_t i = 0; i < port->tensor.n_dims; i++)
        if (dims[i] < 0)
            port->tensor.dims[i] = port->fixed[i] = -1;
}

static int describe_input(struct tflite *s, void *signature, size_t i, const void *bytes,
                          size_t length, struct miev_error *err)
{
    struct miev_port *port = &s->inputs.list[i];
    void *tensor = NULL;
    int status = s->api.GetSignatureInputTensorByIndex(signature, i, &tensor);
    if (status != LITERT_OK)
        return runtime_error(s, status, "list the model's inputs", err);
    int rc = describe_port(s, tensor, port, err);
    if (rc != MIEV_OK)
        return rc;
    reopen_shape(s, tensor, port, bytes, length);
    (void)miev_port_close_batch(port);
    /* Whether its operators compute batches is seen by what they answer (study/batch.h). */
    port->batch_free = port->tensor.n_dims > 1 && port->fixed[0] == 1;
    return MIEV_OK;
}

static int describe_output(struct tflite *s, void *signature, size_t i, struct miev_error *err)
{
    void *tensor = NULL;
    int status = s->api.GetSignatureOutputTensorByIndex(signature, i, &tensor);
    if (status != LITERT_OK)
        return runtime_error(s, status, "list the model's outputs", err);
    return describe_port(s, tensor, &s->outputs.list[i], err);
}

static int describe_ports(struct tflite *s, void *signature, const void *bytes, size_t length,
                          struct miev_error *err)
{
    size_t n_inputs = 0, n_outputs = 0;
    (void)s->api.GetNumSignatureInputs(signature, &n_inputs);
    (void)s->api.GetNumSignatureOutputs(signature, &n_outputs);
    int rc = miev_ports_init(&s->inputs, n_inputs, "inputs", err);
    if (rc == MIEV_OK)
        rc = miev_ports_init(&s->outputs, n_outputs, "outputs", err);
    for (size_t i = 0; i < s->inputs.count && rc == MIEV_OK; i++)
        rc = describe_input(s, signature, i, bytes, length, err);
    for (size_t i = 0; i < s->outputs.count && rc == MIEV_OK; i++)
        rc = describe_output(s, signature, i, err);
    return rc;
}

/* The copy with other numbers in it is looked at as the file was. */
static int expose_features(struct tflite *s, const void *model, size_t length,
                           struct miev_error *err)
{
    int rc = copy_model(s, model, length, err);
    if (rc == MIEV_OK)
        rc = miev_tflite_expose_features(s->copy, length, err);
    return rc == MIEV_OK ? miev_tflite_inspect(s->copy, length, &s->file, err) : rc;
}

static int load_by(struct tflite *s, bool features, const void *model, size_t length,
                   struct miev_engine_info *info, struct miev_error *err)
{
    unload(s);
    int rc = miev_tflite_inspect(model, length, &s->file, err);
    if (rc == MIEV_OK && features)
        rc = expose_features(s, model, length, err);
    if (rc == MIEV_OK)
        rc = parse_model(s, model, length, err);
    void *signature = NULL;
    if (rc == MIEV_OK) {
        int status = s->api.GetModelSignature(s->model, 0, &signature);
        if (status != LITERT_OK)
            rc = runtime_error(s, status, "find the model's signature", err);
    }
    if (rc == MIEV_OK)
        rc = describe_ports(s, signature, model, length, err);
    if (rc == MIEV_OK)
        rc = build(s, err);
    if (rc != MIEV_OK) {
        unload(s);
        return rc;
    }
    s->bytes = model;
    s->length = length;
    fill_info(s, info);
    return MIEV_OK;
}

static int tflite_load(void *state, const void *model, size_t length, struct miev_engine_info *info,
                       struct miev_error *err)
{
    return load_by(state, false, model, length, info, err);
}

static int tflite_load_features(void *state, const void *model, size_t length,
                                struct miev_engine_info *info, struct miev_error *err)
{
    return load_by(state, true, model, length, info, err);
}

static int tflite_metadata(void *state, struct miev_engine_metadata *out, struct miev_error *err)
{
    struct tflite *s = state;
    if (!s->bytes)
        return miev_error_set(err, MIEV_ERR_INVALID, "no model is loaded");
    return miev_tflite_metadata(s->bytes, s->length, out, err);
}

static int tflite_run(void *state, struct miev_error *err)
{
    struct tflite *s = state;
    if (!s->compiled)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              s->model ? "the model leaves the shape of an input open: give it one"
                                       : "no model is loaded");
    int status = s->api.RunCompiledModel(s->compiled, 0, s->inputs.count, s->inputs.handles,
                                         s->outputs.count, s->outputs.handles);
    if (status == LITERT_OK)
        return MIEV_OK;
    return runtime_error(s, status, "run the model", err);
}

/* The events of the run that is behind us. */
static int take_events(struct tflite *s, void *profiler, size_t run, struct miev_op_times *times,
                       struct miev_error *err)
{
    int n = 0;
    int status = s->api.GetNumProfilerEvents(profiler, &n);
    if (status != LITERT_OK || n <= 0)
        return runtime_error(s, status, "tell what it profiled", err);
    struct litert_event *events = calloc((size_t)n, sizeof(*events));
    if (!events)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %d events", n);
    status = s->api.GetProfilerEvents(profiler, n, events);
    int rc = status == LITERT_OK ? miev_litert_profile_take(events, (size_t)n, run, times, err)
                                 : runtime_error(s, status, "tell what it profiled", err);
    free(events);
    return rc;
}

static int profile_run(struct tflite *s, void *profiler, size_t run, struct miev_op_times *times,
                       struct miev_error *err)
{
    int status = s->api.StartProfiler(profiler); /* it forgets the run before */
    if (status != LITERT_OK)
        return runtime_error(s, status, "start its profiler", err);
    uint64_t begun_ns = miev_op_clock_ns();
    int rc = tflite_run(s, err);
    times->run_s[run] = (double)(miev_op_clock_ns() - begun_ns) * 1e-9;
    (void)s->api.StopProfiler(profiler);
    return rc == MIEV_OK ? take_events(s, profiler, run, times, err) : rc;
}

/* A delegate counts its own operators; all others are told by the file. */
static void name_outputs(const struct tflite *s, struct miev_op_times *times)
{
    for (size_t o = 0; o < times->n_ops; o++) {
        struct miev_op *op = &times->ops[o];
        if (!op->provider[0])
            miev_tflite_show_output(s->bytes, s->length, (size_t)(op->index >> 32),
                                    (size_t)(op->index & UINT32_MAX), op);
    }
}

static int tflite_profile(void *state, struct miev_op_times *times, struct miev_error *err)
{
    struct tflite *s = state;
    void *profiler = NULL;
    if (!s->compiled || !s->profiles)
        return miev_error_set(err, MIEV_ERR_INVALID, "no model is loaded for profiling");
    int status = s->api.CompiledModelGetProfiler(s->compiled, &profiler);
    if (status != LITERT_OK || !profiler)
        return runtime_error(s, status, "give its profiler", err);
    int rc = MIEV_OK;
    for (size_t run = 0; rc == MIEV_OK && run < times->n_runs; run++)
        rc = profile_run(s, profiler, run, times, err);
    if (rc == MIEV_OK)
        name_outputs(s, times);
    return rc;
}

static int check_delegate(const char *wanted, struct miev_error *err)
{
    if (!wanted)
        return MIEV_OK;
    for (size_t i = 0; i < N_ATTEMPTS; i++)
        if (strcmp(wanted, attempts[i].name) == 0)
            return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                          "the tflite engine has no delegate '%.40s': name xnnpack, xnnpack-float "
                          "or none, or leave it out for the best",
                          wanted);
}

static void tflite_close(void *state)
{
    struct tflite *s = state;
    unload(s);
    if (s->environment)
        s->api.DestroyEnvironment(s->environment);
    s->environment = NULL;
}

static int tflite_open(void *state, const struct miev_engine_options *options,
                       struct miev_engine_info *info, struct miev_error *err)
{
    struct tflite *s = state;
    int rc = check_delegate(options->delegate, err);
    if (rc == MIEV_OK)
        rc = miev_litert_open_library(options->runtime_dir, &s->api, s->version, sizeof(s->version),
                                      err);
    if (rc != MIEV_OK)
        return rc;
    s->threads = options->threads ? options->threads : 1;
    s->profiles = options->profile_name != NULL;
    /* Left alone, it opens whatever GPU accelerators it finds on the loader's path. */
    static const struct litert_option settings[] = {
        {LITERT_OPTION_LOG_SEVERITY, {LITERT_ANY_INT, LITERT_LOG_SILENT}},
        {LITERT_OPTION_ACCELERATORS, {LITERT_ANY_INT, LITERT_CPU}},
    };
    int status = s->api.CreateEnvironment(2, settings, &s->environment);
    if (status != LITERT_OK)
        return runtime_error(s, status, "start", err);
    /* With XNNPACK whatever the caller asked for: it is what looks at the CPU (cpuinfo), and plain
     * kernels that find nobody looked before the lock take their slowest code, 100 times slower. */
    rc = tflite_load(s, tiny_model, sizeof(tiny_model), info, err);
    if (rc == MIEV_OK)
        rc = tflite_run(s, err);
    if (rc != MIEV_OK) {
        tflite_close(s);
        return miev_error_prefix(err, "LiteRT fails on a model that is known to be good");
    }
    unload(s);
    (void)snprintf(s->delegate, sizeof(s->delegate), "%s",
                   options->delegate ? options->delegate : "");
    fill_info(s, info); /* without a model the delegate is not known yet */
    return MIEV_OK;
}

static size_t tflite_input_count(const void *state)
{
    return ((const struct tflite *)state)->inputs.count;
}

static size_t tflite_output_count(const void *state)
{
    return ((const struct tflite *)state)->outputs.count;
}

static int tflite_input(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    return miev_ports_give(&((struct tflite *)state)->inputs, i, "input", out, err);
}

static int tflite_output(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    return miev_ports_give(&((struct tflite *)state)->outputs, i, "output", out, err);
}

static int tflite_shape_input(void *state, size_t i, const int64_t *dims, size_t n_dims,
                              struct miev_error *err)
{
    struct tflite *s = state;
    if (i >= s->inputs.count)
        return miev_error_set(err, MIEV_ERR_INVALID, "there is no input %zu: the model has %zu", i,
                              s->inputs.count);
    struct miev_port *port = &s->inputs.list[i];
    int rc = miev_port_check_shape(port, dims, n_dims, err);
    if (rc != MIEV_OK ||
        (s->compiled && memcmp(port->tensor.dims, dims, n_dims * sizeof(*dims)) == 0))
        return rc;
    int64_t before[MIEV_TENSOR_MAX_DIMS];
    memcpy(before, port->tensor.dims, sizeof(before));
    memcpy(port->tensor.dims, dims, n_dims * sizeof(*dims));
    rc = build(s, err);
    if (rc == MIEV_OK)
        return MIEV_OK;
    memcpy(port->tensor.dims, before, sizeof(before));
    (void)build(s, NULL); /* back to what worked */
    return rc;
}

const struct miev_engine_ops miev_engine_tflite = {
    .api_version = MIEV_ENGINE_API_VERSION,
    .name = "tflite",
    .summary = "TensorFlow Lite models (.tflite) on LiteRT with XNNPACK",
    .state_size = sizeof(struct tflite),
    .handles = miev_tflite_is_model,
    .open = tflite_open,
    .load = tflite_load,
    .load_features = tflite_load_features,
    .metadata = tflite_metadata,
    .input_count = tflite_input_count,
    .output_count = tflite_output_count,
    .input = tflite_input,
    .output = tflite_output,
    .shape_input = tflite_shape_input,
    .run = tflite_run,
    .profile = tflite_profile,
    .close = tflite_close,
};
