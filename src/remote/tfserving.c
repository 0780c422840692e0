/* SPDX-License-Identifier: Apache-2.0 */
/* TensorFlow Serving's REST interface: rows ("instances") where the model takes batches, else
 * columns ("inputs"). Its answers tell no shape: that is how their lists are nested. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/text.h"
#include "remote/protocol.h"

#define USUAL_SIGNATURE "serving_default"
#define MAX_TENSORS     64

static void model_path(const struct miev_remote_address *address, const char *end,
                       char out[MIEV_REMOTE_PATH])
{
    (void)snprintf(out, MIEV_REMOTE_PATH, "/v1/models/%s%s%s%s", address->model,
                   *address->version ? "/versions/" : "", address->version, end);
}

static void tfserving_paths(const struct miev_remote_address *address,
                            char out[MIEV_REMOTE_QUESTIONS][MIEV_REMOTE_PATH])
{
    model_path(address, "", out[0]);
    model_path(address, "/metadata", out[1]);
}

static void tfserving_infer_path(const struct miev_remote_address *address,
                                 char out[MIEV_REMOTE_PATH])
{
    model_path(address, ":predict", out);
}

/* ---- metadata ------------------------------------------------------------------------------- */

/* {"model_version_status":[{"version":"1","state":"AVAILABLE", ...}]} */
static int learn_state(struct miev_served *served, const json_t *root, struct miev_error *err)
{
    size_t i;
    json_t *item;
    const char *state = "not told";
    json_array_foreach(json_object_get(root, "model_version_status"), i, item)
    {
        const char *text = json_string_value(json_object_get(item, "state"));
        state = text ? text : state;
        if (strcmp(state, "AVAILABLE") != 0)
            continue;
        (void)snprintf(served->server, sizeof(served->server), "TensorFlow Serving");
        return MIEV_OK;
    }
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "the server has no version of the model that is AVAILABLE: its state is "
                          "%.40s",
                          state);
}

/* "size" is a text, for JSON has no 64-bit integers. */
static bool read_size(const json_t *dim, int64_t *out)
{
    const char *text = json_string_value(json_object_get(dim, "size"));
    uint64_t size = 0;
    if (text && strcmp(text, "-1") == 0) {
        *out = -1;
        return true;
    }
    bool right = text && miev_parse_u64(text, &size, NULL) == MIEV_OK && size <= INT32_MAX;
    *out = (int64_t)size;
    return right;
}

static int learn_tensor(const char *name, const json_t *info, struct miev_port *port,
                        struct miev_error *err)
{
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    const json_t *shape = json_object_get(info, "tensor_shape"),
                 *list = json_object_get(shape, "dim");
    const char *dtype = json_string_value(json_object_get(info, "dtype"));
    size_t rank = json_array_size(list);
    bool right = dtype && rank <= MIEV_TENSOR_MAX_DIMS;
    for (size_t d = 0; right && d < rank; d++)
        right = read_size(json_array_get(list, d), &dims[d]);
    if (!right || json_is_true(json_object_get(shape, "unknown_rank")))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the server does not tell the type and the number of dimensions (up "
                              "to %d) of '%.60s'",
                              MIEV_TENSOR_MAX_DIMS, name);
    return miev_served_describe(port, name, miev_wire_named(dtype), false, dims, rank, err);
}

static int learn_side(const json_t *signature, const char *key, struct miev_ports *ports,
                      struct miev_error *err)
{
    json_t *map = json_object_get(signature, key), *info;
    const char *name;
    size_t n = json_object_size(map), i = 0;
    if (n == 0 || n > MAX_TENSORS)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model's signature has %zu %s, 1 to %d can be used", n, key,
                              MAX_TENSORS);
    int rc = miev_served_init(ports, n, key, err);
    json_object_foreach(map, name, info)
    {
        if (rc == MIEV_OK)
            rc = learn_tensor(name, info, &ports->list[i], err);
        i++;
    }
    return rc;
}

/* The usual one, or the only one that predicts. */
static const char *choose_signature(json_t *map)
{
    const char *name, *only = NULL;
    json_t *signature;
    size_t n = 0;
    if (json_object_get(map, USUAL_SIGNATURE))
        return USUAL_SIGNATURE;
    json_object_foreach(map, name, signature)
    {
        const char *method = json_string_value(json_object_get(signature, "method_name"));
        if (!method || strcmp(method, "tensorflow/serving/predict") != 0)
            continue;
        only = name;
        n++;
    }
    return n == 1 ? only : NULL;
}

/* Rows need a first dimension that is the batch, on both sides. */
static bool takes_rows(const struct miev_served *served)
{
    bool rows = true;
    for (size_t i = 0; i < served->inputs.count; i++)
        rows =
            rows && served->inputs.list[i].tensor.n_dims > 0 && served->inputs.list[i].fixed[0] < 0;
    for (size_t i = 0; i < served->outputs.count; i++)
        rows = rows && served->outputs.list[i].tensor.n_dims > 0 &&
               served->outputs.list[i].fixed[0] < 0;
    return rows;
}

static int learn_signature(struct miev_served *served, const json_t *root, struct miev_error *err)
{
    const json_t *outer = json_object_get(json_object_get(root, "metadata"), "signature_def");
    json_t *map = json_object_get(outer, "signature_def");
    const char *name = choose_signature(map);
    if (!name || strlen(name) >= sizeof(served->signature))
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "none of the %zu signatures that the server tells is named " USUAL_SIGNATURE
            ", and there is not exactly one other that predicts",
            json_object_size(map));
    (void)snprintf(served->signature, sizeof(served->signature), "%s", name);
    const json_t *signature = json_object_get(map, name);
    int rc = learn_side(signature, "inputs", &served->inputs, err);
    if (rc == MIEV_OK)
        rc = learn_side(signature, "outputs", &served->outputs, err);
    if (rc != MIEV_OK)
        return rc;
    served->rows = takes_rows(served);
    return miev_served_settle(served, err);
}

static int tfserving_learn(struct miev_served *served, size_t i, const char *text, size_t length,
                           struct miev_error *err)
{
    json_t *root = NULL;
    int rc = miev_remote_parse(text, length, &root, err);
    if (rc == MIEV_OK)
        rc = i == 0 ? learn_state(served, root, err) : learn_signature(served, root, err);
    json_decref(root);
    return rc;
}

/* ---- request -------------------------------------------------------------------------------- */

/* The inputs by name, or the only one alone. from: 1 leaves the batch out. */
static void write_inputs(const struct miev_served *served, size_t from, FILE *file)
{
    const struct miev_ports *inputs = &served->inputs;
    if (inputs->count == 1) {
        miev_values_write(file, &inputs->list[0].tensor, from);
        return;
    }
    for (size_t i = 0; i < inputs->count; i++) {
        (void)fputc(i ? ',' : '{', file);
        miev_remote_write_text(file, inputs->list[i].tensor.name);
        (void)fputc(':', file);
        miev_values_write(file, &inputs->list[i].tensor, from);
    }
    (void)fputc('}', file);
}

static void tfserving_write(const struct miev_served *served, FILE *file, long *header_length)
{
    (void)fputs("{\"signature_name\":", file);
    miev_remote_write_text(file, served->signature);
    (void)fputs(served->rows ? ",\"instances\":[" : ",\"inputs\":", file);
    write_inputs(served, served->rows ? 1 : 0, file);
    (void)fputs(served->rows ? "]}" : "}", file);
    *header_length = -1;
}

/* ---- answer --------------------------------------------------------------------------------- */

/* One output out of its lists, which in rows lack the batch of one. */
static int read_output(struct miev_served *served, size_t i, const json_t *data,
                       struct miev_error *err)
{
    struct miev_port *port = &served->outputs.list[i];
    int64_t dims[MIEV_TENSOR_MAX_DIMS + 1] = {1};
    size_t before = served->rows ? 1 : 0, count = 0;
    int rank = miev_values_shape(data, dims + before);
    if (rank < 0 || (size_t)rank + before > MIEV_TENSOR_MAX_DIMS)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "output '%s' is nested deeper than %d lists in the server's answer",
                              port->tensor.name, MIEV_TENSOR_MAX_DIMS);
    if (port->tensor.dtype == MIEV_DTYPE_OTHER)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "output '%s' of the served model is of a type that is not read",
                              port->tensor.name);
    int rc = miev_served_shape_output(served, i, dims, (size_t)rank + before, &count, err);
    return rc == MIEV_OK ? miev_values_read(data, &port->tensor, count, err) : rc;
}

/* A bare list is the only output; an object has one for each name. */
static int read_outputs(struct miev_served *served, const json_t *data, struct miev_error *err)
{
    const struct miev_ports *outputs = &served->outputs;
    if (outputs->count == 1 && !json_is_object(data))
        return read_output(served, 0, data, err);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < outputs->count; i++) {
        const char *name = outputs->list[i].tensor.name;
        const json_t *item = json_object_get(data, name);
        rc = item ? read_output(served, i, item, err)
                  : miev_error_set(err, MIEV_ERR_BROKEN,
                                   "the server's answer lacks the output '%s'", name);
    }
    return rc;
}

static int read_answer(struct miev_served *served, const json_t *root, struct miev_error *err)
{
    const json_t *rows = json_object_get(root, "predictions");
    if (!served->rows && json_object_get(root, "outputs"))
        return read_outputs(served, json_object_get(root, "outputs"), err);
    if (served->rows && json_array_size(rows) == 1)
        return read_outputs(served, json_array_get(rows, 0), err);
    return miev_error_set(
        err, MIEV_ERR_BROKEN,
        served->rows ? "the server's answer has no list of one prediction, as one row asks "
                       "for"
                     : "the server's answer has no \"outputs\"");
}

static int tfserving_read(struct miev_served *served, const char *body, size_t length,
                          long header_length, struct miev_error *err)
{
    json_t *root = NULL;
    (void)header_length;
    int rc = miev_remote_parse(body, length, &root, err);
    if (rc == MIEV_OK)
        rc = read_answer(served, root, err);
    json_decref(root);
    return rc;
}

const struct miev_remote_protocol miev_remote_tfserving = {
    .plain = "tfserving-rest",
    .binary = "tfserving-rest",
    .paths = tfserving_paths,
    .learn = tfserving_learn,
    .infer_path = tfserving_infer_path,
    .write = tfserving_write,
    .read = tfserving_read,
};
