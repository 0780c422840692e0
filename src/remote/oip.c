/* SPDX-License-Identifier: Apache-2.0 */
/* The Open Inference Protocol, version 2, over HTTP, with the binary tensor extension where the
 * server has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "remote/protocol.h"

#define MAX_TENSORS 64

static void model_path(const struct miev_remote_address *address, char out[MIEV_REMOTE_PATH])
{
    (void)snprintf(out, MIEV_REMOTE_PATH, "/v2/models/%s%s%s", address->model,
                   *address->version ? "/versions/" : "", address->version);
}

static void oip_paths(const struct miev_remote_address *address,
                      char out[MIEV_REMOTE_QUESTIONS][MIEV_REMOTE_PATH])
{
    (void)snprintf(out[0], MIEV_REMOTE_PATH, "/v2");
    model_path(address, out[1]);
}

static void oip_infer_path(const struct miev_remote_address *address, char out[MIEV_REMOTE_PATH])
{
    model_path(address, out);
    size_t used = strlen(out);
    (void)snprintf(out + used, MIEV_REMOTE_PATH - used, "/infer");
}

/* ---- metadata ------------------------------------------------------------------------------- */

static void take_text(const json_t *object, const char *key, char *out, size_t capacity)
{
    const char *text = json_string_value(json_object_get(object, key));
    miev_text_show(out, capacity, text ? text : "");
}

/* {"name":"triton","version":"2.41.0","extensions":["binary_tensor_data", ...]} */
static int learn_server(struct miev_served *served, const json_t *root)
{
    size_t i;
    json_t *extension;
    take_text(root, "name", served->server, sizeof(served->server));
    take_text(root, "version", served->version, sizeof(served->version));
    served->binary = false;
    json_array_foreach(json_object_get(root, "extensions"), i, extension)
    {
        const char *name = json_string_value(extension);
        served->binary = served->binary || (name && strcmp(name, "binary_tensor_data") == 0);
    }
    return MIEV_OK;
}

/* A list of whole numbers; more than a tensor may have is refused by whoever takes it. */
static int read_shape(const json_t *shape, int64_t dims[MIEV_TENSOR_MAX_DIMS], size_t *rank,
                      struct miev_error *err)
{
    *rank = json_array_size(shape);
    bool right = json_is_array(shape) && *rank <= MIEV_TENSOR_MAX_DIMS;
    for (size_t d = 0; right && d < *rank; d++) {
        right = json_is_integer(json_array_get(shape, d));
        dims[d] = json_integer_value(json_array_get(shape, d));
    }
    return right ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_BROKEN,
                                  "the server tells a \"shape\" that is no list of up to %d whole "
                                  "numbers",
                                  MIEV_TENSOR_MAX_DIMS);
}

static int learn_tensor(const struct miev_served *served, const json_t *item,
                        struct miev_port *port, struct miev_error *err)
{
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    size_t rank = 0;
    const char *name = json_string_value(json_object_get(item, "name"));
    const char *datatype = json_string_value(json_object_get(item, "datatype"));
    if (!name || !datatype)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the server tells a tensor without \"name\" or \"datatype\"");
    int rc = read_shape(json_object_get(item, "shape"), dims, &rank, err);
    return rc == MIEV_OK ? miev_served_describe(port, name, miev_wire_named(datatype),
                                                served->binary, dims, rank, err)
                         : rc;
}

static int learn_side(const struct miev_served *served, const json_t *root, const char *key,
                      struct miev_ports *ports, struct miev_error *err)
{
    const json_t *list = json_object_get(root, key);
    size_t n = json_array_size(list);
    if (n == 0 || n > MAX_TENSORS)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the server tells %zu %s of the model, 1 to %d can be used: its "
                              "configuration must list them with name, datatype and shape",
                              n, key, MAX_TENSORS);
    int rc = miev_served_init(ports, n, key, err);
    for (size_t i = 0; rc == MIEV_OK && i < n; i++)
        rc = learn_tensor(served, json_array_get(list, i), &ports->list[i], err);
    return rc;
}

static int oip_learn(struct miev_served *served, size_t i, const char *text, size_t length,
                     struct miev_error *err)
{
    json_t *root = NULL;
    int rc = miev_remote_parse(text, length, &root, err);
    if (rc == MIEV_OK && i == 0)
        rc = learn_server(served, root);
    if (rc == MIEV_OK && i == 1)
        rc = learn_side(served, root, "inputs", &served->inputs, err);
    if (rc == MIEV_OK && i == 1)
        rc = learn_side(served, root, "outputs", &served->outputs, err);
    if (rc == MIEV_OK && i == 1)
        rc = miev_served_settle(served, err);
    json_decref(root);
    return rc;
}

/* ---- request -------------------------------------------------------------------------------- */

static void write_input(const struct miev_served *served, const struct miev_port *port, FILE *file)
{
    const struct miev_tensor *tensor = &port->tensor;
    enum miev_wire wire = (enum miev_wire)port->element;
    (void)fputs("{\"name\":", file);
    miev_remote_write_text(file, tensor->name);
    (void)fprintf(file, ",\"datatype\":\"%s\",\"shape\":[", miev_wire_name(wire));
    size_t count = 1;
    for (size_t d = 0; d < tensor->n_dims; d++) {
        count *= (size_t)tensor->dims[d];
        (void)fprintf(file, "%s%lld", d ? "," : "", (long long)tensor->dims[d]);
    }
    if (served->binary) {
        (void)fprintf(file, "],\"parameters\":{\"binary_data_size\":%zu}}",
                      count * miev_wire_size(wire));
        return;
    }
    (void)fputs("],\"data\":", file);
    miev_values_write(file, tensor, tensor->n_dims);
    (void)fputc('}', file);
}

static void write_outputs(const struct miev_served *served, FILE *file)
{
    (void)fputs("],\"outputs\":[", file);
    for (size_t i = 0; i < served->outputs.count; i++) {
        (void)fprintf(file, "%s{\"name\":", i ? "," : "");
        miev_remote_write_text(file, served->outputs.list[i].tensor.name);
        (void)fprintf(file, "%s}", served->binary ? ",\"parameters\":{\"binary_data\":true}" : "");
    }
}

static void oip_write(const struct miev_served *served, FILE *file, long *header_length)
{
    (void)fputs("{\"inputs\":[", file);
    for (size_t i = 0; i < served->inputs.count; i++) {
        if (i > 0)
            (void)fputc(',', file);
        write_input(served, &served->inputs.list[i], file);
    }
    write_outputs(served, file);
    (void)fputs("]}", file);
    *header_length = served->binary ? ftell(file) : -1;
    for (size_t i = 0; served->binary && i < served->inputs.count; i++)
        miev_values_write_binary(file, &served->inputs.list[i].tensor,
                                 (enum miev_wire)served->inputs.list[i].element);
}

/* ---- answer --------------------------------------------------------------------------------- */

/* The bytes behind the JSON, taken in the order of the outputs. */
struct tail {
    const char *bytes;
    size_t length;
};

static size_t output_named(const struct miev_served *served, const char *name)
{
    size_t i = 0;
    while (i < served->outputs.count &&
           (!name || strcmp(served->outputs.list[i].tensor.name, name) != 0))
        i++;
    return i;
}

static int read_tail(struct miev_port *port, const json_t *size, struct tail *tail, size_t count,
                     struct miev_error *err)
{
    json_int_t bytes = json_integer_value(size);
    if (!json_is_integer(size) || bytes < 0 || (uint64_t)bytes > tail->length)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "output '%s' claims %lld bytes in the server's answer, of which %zu "
                              "are there",
                              port->tensor.name, (long long)bytes, tail->length);
    int rc = miev_values_read_binary(tail->bytes, (size_t)bytes, (enum miev_wire)port->element,
                                     &port->tensor, count, err);
    tail->bytes += bytes;
    tail->length -= (size_t)bytes;
    return rc;
}

/* Output i of the model out of an item of the answer. */
static int read_output(struct miev_served *served, size_t i, const json_t *item, struct tail *tail,
                       struct miev_error *err)
{
    struct miev_port *port = &served->outputs.list[i];
    int64_t dims[MIEV_TENSOR_MAX_DIMS];
    size_t rank = 0, count = 0;
    const char *datatype = json_string_value(json_object_get(item, "datatype"));
    const json_t *size = json_object_get(json_object_get(item, "parameters"), "binary_data_size");
    if (!datatype || miev_wire_named(datatype) != (enum miev_wire)port->element)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the server told the type %s for output '%s', and answers with "
                              "%.40s",
                              miev_wire_name((enum miev_wire)port->element), port->tensor.name,
                              datatype ? datatype : "none");
    int rc = read_shape(json_object_get(item, "shape"), dims, &rank, err);
    if (rc == MIEV_OK)
        rc = miev_served_shape_output(served, i, dims, rank, &count, err);
    if (rc != MIEV_OK)
        return rc;
    return size ? read_tail(port, size, tail, count, err)
                : miev_values_read(json_object_get(item, "data"), &port->tensor, count, err);
}

static int read_outputs(struct miev_served *served, const json_t *root, struct tail *tail,
                        struct miev_error *err)
{
    size_t i;
    json_t *item;
    uint64_t seen = 0; /* MAX_TENSORS bits */
    const json_t *list = json_object_get(root, "outputs");
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        size_t which = output_named(served, name);
        if (which == served->outputs.count || (seen >> which & 1))
            return miev_error_set(err, MIEV_ERR_BROKEN,
                                  "the server answers with an output '%.60s' that it did not tell, "
                                  "or tells twice",
                                  name ? name : "");
        if (served->outputs.list[which].tensor.dtype == MIEV_DTYPE_OTHER)
            return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                  "output '%s' of the served model is of a type that is not read",
                                  served->outputs.list[which].tensor.name);
        int rc = read_output(served, which, item, tail, err);
        if (rc != MIEV_OK)
            return rc;
        seen |= (uint64_t)1 << which;
    }
    return seen & 1
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_BROKEN, "the server's answer lacks the output '%s'",
                                served->outputs.list[0].tensor.name);
}

static int oip_read(struct miev_served *served, const char *body, size_t length, long header_length,
                    struct miev_error *err)
{
    json_t *root = NULL;
    size_t head = header_length < 0 ? length : (size_t)header_length;
    if (head > length)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the server says that the JSON part of its answer has %zu bytes, and "
                              "sends %zu in all",
                              head, length);
    struct tail tail = {.bytes = body + head, .length = length - head};
    int rc = miev_remote_parse(body, head, &root, err);
    if (rc == MIEV_OK)
        rc = read_outputs(served, root, &tail, err);
    json_decref(root);
    return rc;
}

const struct miev_remote_protocol miev_remote_oip = {
    .plain = "oip-json",
    .binary = "oip-binary",
    .paths = oip_paths,
    .learn = oip_learn,
    .infer_path = oip_infer_path,
    .write = oip_write,
    .read = oip_read,
};
