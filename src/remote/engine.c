/* SPDX-License-Identifier: Apache-2.0 */
/* The engine of models that are served elsewhere: an inference is a request. What is timed is what
 * a client sees: from the first byte sent to the answer's numbers read. The body is written once
 * for each content of the inputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "remote/protocol.h"
#include "remote/traffic.h"

struct remote {
    struct miev_remote_address address;
    const struct miev_remote_protocol *protocol;
    struct miev_remote_client *client;
    unsigned connections;
    struct miev_served served;
    char infer_path[MIEV_REMOTE_PATH];
    char who[320]; /* "the server at http://host:8000" */
    char *body;    /* of the next request, NULL: not written */
    size_t body_length;
    long header_length;
    uint8_t *written; /* the inputs' content that it was written of */
};

static bool handles_no_file(const void *head, size_t length)
{
    (void)head;
    (void)length;
    return false;
}

static void forget_body(struct remote *r)
{
    free(r->body);
    free(r->written);
    r->body = NULL;
    r->written = NULL;
}

static void remote_close(void *state)
{
    struct remote *r = state;
    forget_body(r);
    miev_served_finish(&r->served);
    miev_remote_client_close(r->client);
    r->client = NULL;
}

static void fill_info(const struct remote *r, struct miev_engine_info *info)
{
    bool named = *r->served.server;
    (void)snprintf(info->runtime, sizeof(info->runtime), "%s",
                   named ? r->served.server : "a server without a name");
    (void)snprintf(info->version, sizeof(info->version), "%s", r->served.version);
    (void)snprintf(info->delegate, sizeof(info->delegate), "%s",
                   r->served.binary ? r->protocol->binary : r->protocol->plain);
    info->threads = 1; /* of this side; the server's are its own business */
}

static int remote_open(void *state, const struct miev_engine_options *options,
                       struct miev_engine_info *info, struct miev_error *err)
{
    struct remote *r = state;
    if (!options->address) {
        /* `miev doctor` asks whether the engine is there: it is, in the program itself. */
        (void)snprintf(info->runtime, sizeof(info->runtime), "libcurl");
        (void)snprintf(info->version, sizeof(info->version), "%s", miev_remote_client_version());
        info->threads = 1;
        return MIEV_OK;
    }
    int rc = miev_remote_address_read(options->address, &r->address, err);
    if (rc != MIEV_OK)
        return rc;
    r->protocol = miev_remote_protocol_of(r->address.kind);
    r->served.address = &r->address;
    r->connections = options->connections ? options->connections : 1;
    r->protocol->infer_path(&r->address, r->infer_path);
    (void)snprintf(r->who, sizeof(r->who), "the server at %s", r->address.origin.text);
    struct miev_remote_client_options client = {
        .origin = r->address.origin,
        .token = options->token,
        .dialled = true,
        .timeout_s = options->timeout_s,
        .lanes = r->connections,
    };
    rc = miev_remote_client_open(&client, &r->client, err);
    if (rc == MIEV_OK)
        fill_info(r, info);
    return rc;
}

/* "/v2" is a courtesy of the server: without it, what it can do is not known. */
static int learn(struct remote *r, size_t i, const char *path, struct miev_error *err)
{
    const struct miev_remote_request request = {.path = path, .header_length = -1};
    const struct miev_remote_reply *reply = NULL;
    bool courtesy = i == 0 && r->address.kind == MIEV_REMOTE_OIP;
    int rc = miev_remote_client_ask(r->client, &request, &reply, err);
    if (rc == MIEV_OK && courtesy && (reply->status == 404 || reply->status == 405))
        return MIEV_OK;
    if (rc == MIEV_OK)
        rc = miev_remote_check_status(reply, r->who, err);
    if (rc != MIEV_OK)
        return rc;
    rc = r->protocol->learn(&r->served, i, reply->body, reply->length, err);
    return rc == MIEV_OK ? rc : miev_error_prefix(err, "%s%s", r->address.origin.text, path);
}

static int remote_load(void *state, const void *model, size_t length, struct miev_engine_info *info,
                       struct miev_error *err)
{
    struct remote *r = state;
    char paths[MIEV_REMOTE_QUESTIONS][MIEV_REMOTE_PATH];
    (void)model;
    (void)length;
    if (!r->client)
        return miev_error_set(err, MIEV_ERR_INVALID, "no address was given");
    r->protocol->paths(&r->address, paths);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < MIEV_REMOTE_QUESTIONS; i++)
        rc = learn(r, i, paths[i], err);
    if (rc == MIEV_OK)
        fill_info(r, info);
    return rc;
}

static size_t remote_input_count(const void *state)
{
    return ((const struct remote *)state)->served.inputs.count;
}

static size_t remote_output_count(const void *state)
{
    return ((const struct remote *)state)->served.outputs.count;
}

static int remote_input(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    return miev_ports_give(&((struct remote *)state)->served.inputs, i, "input", out, err);
}

static int remote_output(void *state, size_t i, struct miev_tensor *out, struct miev_error *err)
{
    return miev_ports_give(&((struct remote *)state)->served.outputs, i, "output", out, err);
}

static int remote_shape_input(void *state, size_t i, const int64_t *dims, size_t n_dims,
                              struct miev_error *err)
{
    struct remote *r = state;
    if (i >= r->served.inputs.count)
        return miev_error_set(err, MIEV_ERR_INVALID, "there is no input %zu: the model has %zu", i,
                              r->served.inputs.count);
    struct miev_port *port = &r->served.inputs.list[i];
    size_t room = 0;
    int rc = miev_port_check_shape(port, dims, n_dims, err);
    if (rc != MIEV_OK)
        return rc;
    forget_body(r);
    miev_port_free_memory(port);
    memcpy(port->tensor.dims, dims, n_dims * sizeof(*dims));
    return miev_port_allocate(port, &room, err);
}

/* ---- requests ------------------------------------------------------------------------------- */

static size_t input_bytes(const struct remote *r)
{
    size_t bytes = 0;
    for (size_t i = 0; i < r->served.inputs.count; i++)
        bytes += r->served.inputs.list[i].tensor.bytes;
    return bytes;
}

static bool is_written(const struct remote *r)
{
    const uint8_t *at = r->written;
    for (size_t i = 0; r->body && i < r->served.inputs.count; i++) {
        const struct miev_tensor *tensor = &r->served.inputs.list[i].tensor;
        if (memcmp(at, tensor->data, tensor->bytes) != 0)
            return false;
        at += tensor->bytes;
    }
    return r->body != NULL;
}

static int write_body(struct remote *r, struct miev_error *err)
{
    forget_body(r);
    uint8_t *at = r->written = malloc(input_bytes(r) + 1);
    FILE *file = at ? open_memstream(&r->body, &r->body_length) : NULL;
    if (!file)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a request");
    for (size_t i = 0; i < r->served.inputs.count; i++) {
        const struct miev_tensor *tensor = &r->served.inputs.list[i].tensor;
        memcpy(at, tensor->data, tensor->bytes);
        at += tensor->bytes;
    }
    r->protocol->write(&r->served, file, &r->header_length);
    bool failed = ferror(file) != 0;
    if (fclose(file) == 0 && !failed)
        return MIEV_OK;
    forget_body(r);
    return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a request");
}

static int make_request(struct remote *r, struct miev_remote_request *out, struct miev_error *err)
{
    if (r->served.inputs.count == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "no model is loaded");
    if (!miev_ports_shapes_known(&r->served.inputs))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "the model leaves the shape of an input open: give it one");
    int rc = is_written(r) ? MIEV_OK : write_body(r, err);
    if (rc == MIEV_OK)
        *out = (struct miev_remote_request){.path = r->infer_path,
                                            .body = r->body,
                                            .length = r->body_length,
                                            .header_length = r->header_length};
    return rc;
}

static int remote_run(void *state, struct miev_error *err)
{
    struct remote *r = state;
    struct miev_remote_request request;
    const struct miev_remote_reply *reply = NULL;
    int rc = make_request(r, &request, err);
    if (rc == MIEV_OK)
        rc = miev_remote_client_ask(r->client, &request, &reply, err);
    if (rc == MIEV_OK)
        rc = miev_remote_check_status(reply, r->who, err);
    return rc == MIEV_OK ? r->protocol->read(&r->served, reply->body, reply->length,
                                             reply->header_length, err)
                         : rc;
}

static int remote_traffic(void *state, const struct miev_traffic *plan,
                          struct miev_traffic_result *out, struct miev_error *err)
{
    struct remote *r = state;
    struct miev_remote_request request;
    char paths[MIEV_REMOTE_QUESTIONS][MIEV_REMOTE_PATH];
    const struct miev_remote_target target = {.request = &request,
                                              .cheap_path = paths[MIEV_REMOTE_QUESTIONS - 1],
                                              .who = r->who,
                                              .lanes = r->connections};
    int rc = make_request(r, &request, err);
    r->protocol->paths(&r->address, paths);
    return rc == MIEV_OK ? miev_remote_traffic(r->client, &target, plan, out, err) : rc;
}

const struct miev_engine_ops miev_engine_remote = {
    .api_version = MIEV_ENGINE_API_VERSION,
    .name = "remote",
    .summary = "models served elsewhere, by the Open Inference Protocol v2 or TensorFlow Serving",
    .sandbox = "remote",
    .state_size = sizeof(struct remote),
    .remote = true,
    .handles = handles_no_file,
    .open = remote_open,
    .load = remote_load,
    .input_count = remote_input_count,
    .output_count = remote_output_count,
    .input = remote_input,
    .output = remote_output,
    .shape_input = remote_shape_input,
    .run = remote_run,
    .traffic = remote_traffic,
    .close = remote_close,
};
