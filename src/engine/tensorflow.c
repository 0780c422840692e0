/* SPDX-License-Identifier: Apache-2.0 */
/* SavedModels on TensorFlow. See docs/engines.md for what it is told and why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/pack.h"
#include "core/text.h"
#include "engine/engine.h"
#include "engine/ports.h"
#include "engine/saved_model.h"
#include "engine/tensorflow_api.h"
#include "engine/tensorflow_tiny.h"

#define GRAPH_FILE "saved_model.pb"

struct tensorflow {
    struct tensorflow_api api;
    unsigned threads;
    bool plain; /* without oneDNN */
    /* of the model that is loaded: */
    struct miev_saved_model saved;
    void *graph, *session;
    struct miev_ports inputs, outputs; /* an output's memory is the runtime's, of the last run */
    struct tensorflow_place input_places[MIEV_SAVED_MAX_PORTS];
    struct tensorflow_place output_places[MIEV_SAVED_MAX_PORTS];
};

/* ---- tensors ---- */

static void release_tensor(const struct tensorflow *s, struct miev_ports *ports, size_t i)
{
    if (ports->handles[i])
        s->api.DeleteTensor(ports->handles[i]);
    ports->handles[i] = NULL;
    miev_port_free_memory(&ports->list[i]);
}

static void keep_memory(void *data, size_t n, void *argument)
{
    (void)data, (void)n, (void)argument; /* it is the port's */
}

/* The runtime's view of memory of ours, once the shape is known. */
static int create_input(struct tensorflow *s, size_t i, struct miev_error *err)
{
    struct miev_port *port = &s->inputs.list[i];
    const struct miev_tensor *t = &port->tensor;
    size_t room = 0;
    release_tensor(s, &s->inputs, i);
    if (!miev_port_shape_known(port))
        return MIEV_OK; /* shape_input comes first */
    int rc = miev_port_allocate(port, &room, err);
    if (rc != MIEV_OK)
        return rc;
    void *handle = s->api.NewTensor(port->element, t->dims, (int)t->n_dims, t->data, t->bytes,
                                    keep_memory, NULL);
    s->inputs.handles[i] = handle;
    if (handle && s->api.TensorData(handle) == t->data)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_BROKEN, "TensorFlow does not take the memory of input '%s'",
                          t->name);
}

static int refuse_type(const struct miev_saved_port *saved, struct miev_error *err)
{
    const char *words = saved->element == SAVED_STRING     ? "strings"
                        : saved->element == SAVED_RESOURCE ? "a resource"
                                                           : "numbers of another type";
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                          "input '%s' holds %s (TensorFlow's type %d): this program fills float32, "
                          "float16, uint8, int8, int32 and int64",
                          saved->name, words, saved->element);
}

/* The operation that a signature names may not be there, or have fewer outputs. */
static int find_place(const struct tensorflow *s, const struct miev_saved_port *saved,
                      struct tensorflow_place *place, struct miev_error *err)
{
    void *operation = s->api.GraphOperationByName(s->graph, saved->operation);
    if (operation && saved->index < s->api.OperationNumOutputs(operation)) {
        *place = (struct tensorflow_place){operation, saved->index};
        return MIEV_OK;
    }
    char shown[128];
    miev_text_show(shown, sizeof(shown), saved->operation);
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "the signature %s names the tensor %s:%d, which the graph does not have: "
                          "save the model again",
                          s->saved.signature, shown, saved->index);
}

static int describe_side(struct tensorflow *s, bool input, struct miev_error *err)
{
    const struct miev_saved_side *side = input ? &s->saved.inputs : &s->saved.outputs;
    struct miev_ports *ports = input ? &s->inputs : &s->outputs;
    struct tensorflow_place *places = input ? s->input_places : s->output_places;
    int rc = miev_ports_init(ports, side->n, input ? "inputs" : "outputs", err);
    for (size_t i = 0; rc == MIEV_OK && i < side->n; i++) {
        const struct miev_saved_port *saved = &side->list[i];
        struct miev_port *port = &ports->list[i];
        (void)snprintf(port->tensor.name, sizeof(port->tensor.name), "%s", saved->name);
        port->element = saved->element;
        port->tensor.dtype = miev_saved_dtype(saved->element);
        miev_port_set_shape(port, saved->dims, saved->rank);
        if (input && port->tensor.dtype == MIEV_DTYPE_OTHER)
            return refuse_type(saved, err);
        rc = find_place(s, saved, &places[i], err);
    }
    return rc;
}

/* An output follows an open batch of the input. */
static void close_batches(struct tensorflow *s)
{
    bool open = false;
    for (size_t i = 0; i < s->inputs.count; i++)
        open = miev_port_close_batch(&s->inputs.list[i]) || open;
    for (size_t i = 0; open && i < s->outputs.count; i++)
        (void)miev_port_close_batch(&s->outputs.list[i]);
}

/* ---- from the files to a session that runs ---- */

static void unload(struct tensorflow *s)
{
    for (size_t i = 0; i < s->inputs.count; i++)
        release_tensor(s, &s->inputs, i);
    for (size_t i = 0; i < s->outputs.count; i++)
        release_tensor(s, &s->outputs, i);
    miev_ports_finish(&s->inputs);
    miev_ports_finish(&s->outputs);
    if (s->session) {
        s->api.CloseSession(s->session, s->api.status);
        s->api.DeleteSession(s->session, s->api.status);
    }
    if (s->graph)
        s->api.DeleteGraph(s->graph);
    s->session = s->graph = NULL;
}

/* A ConfigProto: each field is its number and kind, then its value. */
static int set_config(const struct tensorflow *s, void *options, struct miev_error *err)
{
    const unsigned char config[] = {
        0x0a,
        7,
        0x0a,
        3,
        'G',
        'P',
        'U',
        0x10,
        0, /* device_count: no GPU */
        0x10,
        (unsigned char)(s->threads | 0x80u),
        (unsigned char)(s->threads >> 7),
        0x28,
        1, /* one operator at a time */
        0x82,
        1,
        2,
        0x48,
        1, /* threads that wait do not spin */
    };
    s->api.SetConfig(options, config, sizeof(config), s->api.status);
    return miev_tensorflow_check(&s->api, "take its settings", err);
}

static int create_session(struct tensorflow *s, struct miev_error *err)
{
    static const char *const tags[] = {"serve"};
    void *options = s->api.NewSessionOptions();
    s->graph = s->api.NewGraph();
    if (!options || !s->graph)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for TensorFlow");
    int rc = set_config(s, options, err);
    if (rc == MIEV_OK) {
        s->session =
            s->api.LoadSessionFromSavedModel(options, NULL, TENSORFLOW_FOLDER, tags,
                                             s->saved.serve ? 1 : 0, s->graph, NULL, s->api.status);
        rc = miev_tensorflow_check(&s->api, "load the model", err);
    }
    s->api.DeleteSessionOptions(options);
    return rc;
}

/* The files lie in TENSORFLOW_FOLDER, and are taken away once they are read. */
static int build(struct tensorflow *s, const void *graph, size_t length, struct miev_error *err)
{
    int rc = miev_saved_model_read(graph, length, &s->saved, err);
    if (rc == MIEV_OK)
        rc = create_session(s, err);
    if (rc == MIEV_OK)
        rc = describe_side(s, true, err);
    if (rc == MIEV_OK)
        rc = describe_side(s, false, err);
    if (rc == MIEV_OK)
        close_batches(s);
    for (size_t i = 0; i < s->inputs.count && rc == MIEV_OK; i++)
        rc = create_input(s, i, err);
    return rc;
}

static int lay_files(const struct tensorflow *s, const void *model, size_t length,
                     struct miev_pack_file *graph, struct miev_error *err)
{
    struct miev_pack_reader reader;
    struct miev_pack_file file;
    bool more = true, found = false;
    int rc = miev_pack_read(model, length, &reader, err);
    while (rc == MIEV_OK) {
        rc = miev_pack_next(&reader, &file, &more, err);
        if (rc != MIEV_OK || !more)
            break;
        if (strcmp(file.path, GRAPH_FILE) == 0) {
            *graph = file;
            found = true;
        }
        rc = miev_tensorflow_write_file(&s->api, file.path, file.bytes, file.length, err);
    }
    if (rc == MIEV_OK && !found)
        rc = miev_error_set(err, MIEV_ERR_UNSUPPORTED, "the folder holds no " GRAPH_FILE);
    return rc;
}

/* ---- the slots of engine.h ---- */

static bool handles_folder(const void *head, size_t length)
{
    struct miev_pack_reader reader;
    struct miev_pack_file file;
    bool more = true;
    if (miev_pack_read(head, length, &reader, NULL) != MIEV_OK)
        return false;
    while (miev_pack_next(&reader, &file, &more, NULL) == MIEV_OK && more)
        if (strcmp(file.path, GRAPH_FILE) == 0)
            return true;
    return false;
}

static void fill_info(const struct tensorflow *s, struct miev_engine_info *info)
{
    (void)snprintf(info->runtime, sizeof(info->runtime), "TensorFlow");
    (void)snprintf(info->version, sizeof(info->version), "%s", s->api.Version());
    (void)snprintf(info->delegate, sizeof(info->delegate), "%s",
                   !s->session ? ""
                   : s->plain  ? "none"
                               : "cpu");
    info->threads = s->threads;
}

static int tensorflow_load(void *state, const void *model, size_t length,
                           struct miev_engine_info *info, struct miev_error *err)
{
    struct tensorflow *s = state;
    struct miev_pack_file graph = {.length = 0};
    unload(s);
    int rc = lay_files(s, model, length, &graph, err);
    if (rc == MIEV_OK)
        rc = build(s, graph.bytes, graph.length, err);
    miev_tensorflow_remove_files(&s->api);
    if (rc == MIEV_OK)
        fill_info(s, info);
    else
        unload(s);
    return rc;
}

static int tensorflow_run(void *state, struct miev_error *err)
{
    struct tensorflow *s = state;
    if (!s->session)
        return miev_error_set(err, MIEV_ERR_INVALID, "no model is loaded");
    if (!miev_ports_shapes_known(&s->inputs))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model leaves the shape of an input open: give it one");
    for (size_t i = 0; i < s->outputs.count; i++)
        release_tensor(s, &s->outputs, i);
    s->api.SessionRun(s->session, NULL, s->input_places, s->inputs.handles, (int)s->inputs.count,
                      s->output_places, s->outputs.handles, (int)s->outputs.count, NULL, 0, NULL,
                      s->api.status);
    return miev_tensorflow_check(&s->api, "run the model", err);
}

static void tensorflow_close(void *state)
{
    struct tensorflow *s = state;
    unload(s);
    s->api.DeleteStatus(s->api.status);
    s->api.status = NULL;
}

/* All that is started late, before the lock. */
static int start(struct tensorflow *s, struct miev_error *err)
{
    int rc =
        miev_tensorflow_write_file(&s->api, GRAPH_FILE, tiny_model, sizeof(tiny_model) - 1, err);
    if (rc == MIEV_OK)
        rc = build(s, tiny_model, sizeof(tiny_model) - 1, err);
    if (rc == MIEV_OK)
        rc = tensorflow_run(s, err);
    miev_tensorflow_remove_files(&s->api);
    return rc == MIEV_OK
               ? rc
               : miev_error_prefix(err, "TensorFlow fails on a model that is known to be good");
}

static int tensorflow_open(void *state, const struct miev_engine_options *options,
                           struct miev_engine_info *info, struct miev_error *err)
{
    struct tensorflow *s = state;
    const char *delegate = options->delegate ? options->delegate : "cpu";
    s->plain = strcmp(delegate, "none") == 0;
    if (!s->plain && strcmp(delegate, "cpu") != 0)
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "the tensorflow engine has no delegate '%.40s': name cpu, or none for "
            "its kernels without oneDNN, or leave it out for the CPU",
            delegate);
    int rc = miev_tensorflow_open_library(options->runtime_dir, s->plain, &s->api, err);
    if (rc != MIEV_OK)
        return rc;
    s->threads = options->threads ? options->threads : 1;
    rc = start(s, err);
    if (rc != MIEV_OK) {
        tensorflow_close(s);
        return rc;
    }
    unload(s);
    fill_info(s, info);
    return MIEV_OK;
}

static int tensorflow_metadata(void *state, struct miev_engine_metadata *out,
                               struct miev_error *err)
{
    const struct tensorflow *s = state;
    (void)err;
    if (s->saved.others[0])
        (void)snprintf(out->choice, sizeof(out->choice),
                       "signature: %.100s, the others are not run (%s)", s->saved.signature,
                       s->saved.others);
    return MIEV_OK;
}

static size_t tensorflow_input_count(const void *state)
{
    return ((const struct tensorflow *)state)->inputs.count;
}

static size_t tensorflow_output_count(const void *state)
{
    return ((const struct tensorflow *)state)->outputs.count;
}

static int tensorflow_input(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    return miev_ports_give(&((struct tensorflow *)state)->inputs, i, "input", out, err);
}

/* What the last run left there, which may have a type and a shape that the signature does not
 * tell. */
static int read_output(const struct tensorflow *s, const void *handle, struct miev_tensor *out,
                       struct miev_error *err)
{
    int rank = s->api.NumDims(handle);
    if (rank < 0 || rank > MIEV_TENSOR_MAX_DIMS)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "output '%s' has %d dimensions, at most %d are served", out->name,
                              rank, MIEV_TENSOR_MAX_DIMS);
    out->n_dims = (size_t)rank;
    for (int i = 0; i < rank; i++)
        out->dims[i] = s->api.Dim(handle, i);
    out->dtype = miev_saved_dtype(s->api.TensorType(handle));
    out->data = s->api.TensorData(handle);
    out->bytes = s->api.TensorByteSize(handle);
    return MIEV_OK;
}

static int tensorflow_output(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    const struct tensorflow *s = state;
    struct miev_tensor tensor = {.n_dims = 0};
    int rc = miev_ports_give(&s->outputs, i, "output", &tensor, err);
    if (rc == MIEV_OK && s->outputs.handles[i])
        rc = read_output(s, s->outputs.handles[i], &tensor, err);
    if (rc == MIEV_OK)
        *out = tensor;
    return rc;
}

static int create_input_of(void *state, size_t i, struct miev_error *err)
{
    return create_input(state, i, err);
}

static int tensorflow_shape_input(void *state, size_t i, const int64_t *dims, size_t n_dims,
                                  struct miev_error *err)
{
    struct tensorflow *s = state;
    return miev_ports_reshape(&s->inputs, i, dims, n_dims, create_input_of, s, err);
}

const struct miev_engine_ops miev_engine_tensorflow = {
    .api_version = MIEV_ENGINE_API_VERSION,
    .name = "tensorflow",
    .summary = "TensorFlow's SavedModels (a folder with saved_model.pb)",
    .sandbox = "tensorflow",
    .state_size = sizeof(struct tensorflow),
    .handles = handles_folder,
    .open = tensorflow_open,
    .load = tensorflow_load,
    .metadata = tensorflow_metadata,
    .input_count = tensorflow_input_count,
    .output_count = tensorflow_output_count,
    .input = tensorflow_input,
    .output = tensorflow_output,
    .shape_input = tensorflow_shape_input,
    .run = tensorflow_run,
    .close = tensorflow_close,
};
