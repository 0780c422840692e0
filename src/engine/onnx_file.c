/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/onnx_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "engine/onnx_schema.h"
#include "engine/protobuf.h"

/* A subgraph lies in an operator of a graph; published models nest three deep. */
#define MAX_DEPTH 16u
/* The largest published models have some hundred thousand operators of ten to thirty fields. */
#define MAX_FIELDS 20000000u

struct look {
    struct miev_protobuf model;
    size_t n_fields;
    struct miev_error *err;
};

/* One field more; false at the end. *rc tells whether that end is right. */
static bool next(struct look *look, struct miev_protobuf *message,
                 struct miev_protobuf_field *field, int *rc)
{
    if (*rc != MIEV_OK)
        return false;
    if (++look->n_fields > MAX_FIELDS) {
        *rc = miev_error_set(look->err, MIEV_ERR_LIMIT,
                             "the model has more than %u fields, more than any honest one",
                             MAX_FIELDS);
        return false;
    }
    bool there = miev_protobuf_next(message, field);
    if (message->broken)
        *rc = miev_error_set(look->err, MIEV_ERR_BROKEN,
                             "the model is damaged or cut short: fetch it again");
    return there && *rc == MIEV_OK;
}

static bool is_bytes(const struct miev_protobuf_field *field, uint32_t id)
{
    return field->id == id && field->kind == MIEV_PROTOBUF_BYTES;
}

/* The last bytes field of that id, which is the one that counts. */
static struct miev_protobuf find(struct miev_protobuf message, uint32_t id)
{
    struct miev_protobuf_field field;
    struct miev_protobuf found = {NULL, NULL, false};
    while (miev_protobuf_next(&message, &field))
        if (is_bytes(&field, id))
            found = field.bytes;
    return found;
}

/* ---- is it a model at all? ---- */

/* Text can begin like a field: what is called a graph must begin like one. */
static bool begins_like_graph(struct miev_protobuf graph)
{
    struct miev_protobuf_field field;
    graph.broken = false; /* it may be cut short */
    return miev_protobuf_next(&graph, &field) && field.kind == MIEV_PROTOBUF_BYTES &&
           field.id <= GRAPH_LAST;
}

bool miev_onnx_is_model(const void *head, size_t length)
{
    struct miev_protobuf message = miev_protobuf_message(head, length);
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&message, &field)) {
        bool number = field.id == MODEL_IR_VERSION || field.id == MODEL_VERSION;
        if (field.id > MODEL_LAST ||
            field.kind != (number ? MIEV_PROTOBUF_NUMBER : MIEV_PROTOBUF_BYTES))
            return false;
        if (field.id == MODEL_GRAPH)
            return begins_like_graph(field.bytes);
    }
    return false;
}

/* ---- tensors in other files ---- */

static int refuse_external(struct look *look, struct miev_protobuf tensor)
{
    char name[64], place[160] = "";
    struct miev_protobuf_field field;
    struct miev_protobuf text = find(tensor, TENSOR_NAME);
    miev_protobuf_show(&text, name, sizeof(name));
    while (miev_protobuf_next(&tensor, &field)) {
        struct miev_protobuf key = {NULL, NULL, false}, value = key;
        if (is_bytes(&field, TENSOR_EXTERNAL)) {
            key = find(field.bytes, ENTRY_KEY);
            value = find(field.bytes, ENTRY_VALUE);
        }
        if (miev_protobuf_is(&key, "location"))
            miev_protobuf_show(&value, place, sizeof(place));
    }
    return miev_error_set(look->err, MIEV_ERR_UNSUPPORTED,
                          "the model keeps its weights '%s' in another file ('%s'), which is not "
                          "opened: save it as one file, in Python onnx.save(onnx.load(\"model."
                          "onnx\"), \"whole.onnx\")",
                          name, place);
}

static int inspect_tensor(struct look *look, struct miev_protobuf tensor)
{
    struct miev_protobuf rest = tensor;
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    while (next(look, &rest, &field, &rc))
        if (is_bytes(&field, TENSOR_EXTERNAL) ||
            (field.id == TENSOR_LOCATION && field.number == TENSOR_IS_EXTERNAL))
            return refuse_external(look, tensor);
    return rc;
}

static int inspect_sparse(struct look *look, struct miev_protobuf sparse)
{
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    while (next(look, &sparse, &field, &rc))
        if (is_bytes(&field, SPARSE_VALUES) || is_bytes(&field, SPARSE_INDICES))
            rc = inspect_tensor(look, field.bytes);
    return rc;
}

/* ---- operators ---- */

/* Those whose operators the build of ONNX Runtime that is pinned carries. */
static bool is_known_domain(const struct miev_protobuf *domain)
{
    static const char *const known[] = {
        "",
        "ai.onnx",
        "ai.onnx.ml",
        "ai.onnx.training",
        "ai.onnx.preview",
        "ai.onnx.preview.training",
        "com.microsoft",
        "com.microsoft.nchwc",
        "com.microsoft.experimental",
        "com.ms.internal.nhwc",
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (miev_protobuf_is(domain, known[i]))
            return true;
    return false;
}

static bool same(const struct miev_protobuf *a, const struct miev_protobuf *b)
{
    size_t n = miev_protobuf_length(a);
    if (n != miev_protobuf_length(b))
        return false;
    return n == 0 || (a->at && b->at && memcmp(a->at, b->at, n) == 0);
}

/* The model brings the operator itself, as a function. */
static bool is_function(struct look *look, const struct miev_protobuf *name,
                        const struct miev_protobuf *domain)
{
    struct miev_protobuf model = look->model;
    struct miev_protobuf_field field;
    while (look->n_fields <= MAX_FIELDS && miev_protobuf_next(&model, &field)) {
        look->n_fields++;
        if (!is_bytes(&field, MODEL_FUNCTION))
            continue;
        struct miev_protobuf its_name = find(field.bytes, FUNCTION_NAME);
        struct miev_protobuf its_domain = find(field.bytes, FUNCTION_DOMAIN);
        if (same(&its_name, name) && same(&its_domain, domain))
            return true;
    }
    return false;
}

static int check_operator(struct look *look, const struct miev_protobuf *name,
                          const struct miev_protobuf *domain)
{
    char shown_name[64], shown_domain[96];
    if (is_known_domain(domain) || is_function(look, name, domain))
        return MIEV_OK;
    miev_protobuf_show(name, shown_name, sizeof(shown_name));
    miev_protobuf_show(domain, shown_domain, sizeof(shown_domain));
    return miev_error_set(look->err, MIEV_ERR_UNSUPPORTED,
                          "the model uses the custom operator '%s' of '%s', which ONNX Runtime "
                          "does not have: export it with ONNX's own operators only",
                          shown_name, shown_domain);
}

static int inspect_graph(struct look *look, struct miev_protobuf graph, unsigned depth);

static int inspect_attribute(struct look *look, struct miev_protobuf attribute, unsigned depth)
{
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    while (next(look, &attribute, &field, &rc)) {
        if (is_bytes(&field, ATTRIBUTE_TENSOR) || is_bytes(&field, ATTRIBUTE_TENSORS))
            rc = inspect_tensor(look, field.bytes);
        else if (is_bytes(&field, ATTRIBUTE_SPARSE) || is_bytes(&field, ATTRIBUTE_SPARSES))
            rc = inspect_sparse(look, field.bytes);
        else if (is_bytes(&field, ATTRIBUTE_GRAPH) || is_bytes(&field, ATTRIBUTE_GRAPHS))
            rc = inspect_graph(look, field.bytes, depth + 1);
    }
    return rc;
}

static int inspect_node(struct look *look, struct miev_protobuf node, unsigned depth)
{
    struct miev_protobuf name = {NULL, NULL, false}, domain = name;
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    while (next(look, &node, &field, &rc)) {
        if (is_bytes(&field, NODE_OPERATOR))
            name = field.bytes;
        else if (is_bytes(&field, NODE_DOMAIN))
            domain = field.bytes;
        else if (is_bytes(&field, NODE_ATTRIBUTE))
            rc = inspect_attribute(look, field.bytes, depth);
    }
    return rc == MIEV_OK ? check_operator(look, &name, &domain) : rc;
}

static int inspect_graph(struct look *look, struct miev_protobuf graph, unsigned depth)
{
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    if (depth > MAX_DEPTH)
        return miev_error_set(look->err, MIEV_ERR_LIMIT,
                              "the model's subgraphs lie more than %u deep, deeper than in any "
                              "honest one",
                              MAX_DEPTH);
    while (next(look, &graph, &field, &rc)) {
        if (is_bytes(&field, GRAPH_NODE))
            rc = inspect_node(look, field.bytes, depth);
        else if (is_bytes(&field, GRAPH_INITIALIZER))
            rc = inspect_tensor(look, field.bytes);
        else if (is_bytes(&field, GRAPH_SPARSE))
            rc = inspect_sparse(look, field.bytes);
    }
    return rc;
}

static int inspect_function(struct look *look, struct miev_protobuf function)
{
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    while (next(look, &function, &field, &rc)) {
        if (is_bytes(&field, FUNCTION_NODE))
            rc = inspect_node(look, field.bytes, 0);
        else if (is_bytes(&field, FUNCTION_ATTRIBUTE))
            rc = inspect_attribute(look, field.bytes, 0);
    }
    return rc;
}

/* ---- the whole ---- */

int miev_onnx_inspect(const void *bytes, size_t length, struct miev_error *err)
{
    struct miev_protobuf rest = miev_protobuf_message(bytes, length);
    struct look look = {.model = rest, .err = err};
    struct miev_protobuf_field field;
    bool graph = false, opset = false, version = false;
    int rc = MIEV_OK;
    if (length > INT32_MAX) /* the runtime takes it for an int */
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the model has %zu bytes, and ONNX Runtime reads at most %d", length,
                              INT32_MAX);
    if (!miev_onnx_is_model(bytes, length))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED, "the file is not an ONNX model");
    while (next(&look, &rest, &field, &rc)) {
        graph = graph || is_bytes(&field, MODEL_GRAPH);
        opset = opset || is_bytes(&field, MODEL_OPSET);
        version = version || field.id == MODEL_IR_VERSION;
        if (is_bytes(&field, MODEL_GRAPH))
            rc = inspect_graph(&look, field.bytes, 0);
        else if (is_bytes(&field, MODEL_FUNCTION))
            rc = inspect_function(&look, field.bytes);
    }
    if (rc != MIEV_OK)
        return rc;
    const char *lacks = !graph     ? "graph"
                        : !version ? "version of ONNX's format (ir_version)"
                        : !opset   ? "operator set (opset_import)"
                                   : NULL;
    if (!lacks)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "the model names no %s, so it is damaged or half made: export it again",
                          lacks);
}

/* ---- quantisation ---- */

/* Text number i of a repeated field. */
static struct miev_protobuf find_at(struct miev_protobuf message, uint32_t id, size_t i)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&message, &field))
        if (is_bytes(&field, id) && i-- == 0)
            return field.bytes;
    return (struct miev_protobuf){NULL, NULL, false};
}

static struct miev_protobuf find_initializer(struct miev_protobuf graph,
                                             const struct miev_protobuf *name)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_length(name) > 0 && miev_protobuf_next(&graph, &field)) {
        if (!is_bytes(&field, GRAPH_INITIALIZER))
            continue;
        struct miev_protobuf its_name = find(field.bytes, TENSOR_NAME);
        if (same(&its_name, name))
            return field.bytes;
    }
    return (struct miev_protobuf){NULL, NULL, false};
}

struct number {
    uint64_t type, bits;
};

/* The number in a tensor of one: in bytes of its own size, or among floats or ints. */
static bool read_one(struct miev_protobuf tensor, struct number *out)
{
    struct miev_protobuf_field field;
    size_t n = 0;
    while (miev_protobuf_next(&tensor, &field)) {
        struct miev_protobuf packed = field.bytes;
        if (field.id == TENSOR_TYPE)
            out->type = field.number;
        if (field.id != TENSOR_FLOATS && field.id != TENSOR_INTS && field.id != TENSOR_RAW)
            continue;
        if (field.kind != MIEV_PROTOBUF_BYTES)
            out->bits = field.number;
        else if (field.id == TENSOR_INTS)
            out->bits = miev_protobuf_varint(&packed);
        else
            out->bits = miev_protobuf_fixed(&packed, miev_protobuf_length(&packed) == 1 ? 1 : 4);
        if (packed.broken || miev_protobuf_length(&packed) > 0)
            return false;
        n++;
    }
    return n == 1;
}

/* inputs 1 and 2 of QuantizeLinear and DequantizeLinear; without the second the zero point is 0. */
static bool read_scale(struct miev_protobuf graph, struct miev_protobuf node, double *scale,
                       int64_t *zero_point)
{
    struct miev_protobuf scale_name = find_at(node, NODE_INPUT, 1);
    struct miev_protobuf zero_name = find_at(node, NODE_INPUT, 2);
    struct number number = {0, 0}, zero = {TYPE_UINT8, 0};
    if (!read_one(find_initializer(graph, &scale_name), &number) || number.type != TYPE_FLOAT)
        return false;
    if (miev_protobuf_length(&zero_name) > 0 &&
        !read_one(find_initializer(graph, &zero_name), &zero))
        return false;
    uint32_t bits = (uint32_t)number.bits;
    float value;
    memcpy(&value, &bits, sizeof(value));
    if (!isfinite(value) || value <= 0 || (zero.type != TYPE_UINT8 && zero.type != TYPE_INT8))
        return false;
    *scale = (double)value;
    *zero_point = zero.type == TYPE_INT8 ? (int8_t)zero.bits : (uint8_t)zero.bits;
    return true;
}

/* The operator of that name of which text 0 of field id is the tensor's name. */
static bool scale_beside(const void *model, size_t length, const char *operator_name, uint32_t id,
                         const char *tensor_name, double *scale, int64_t *zero_point)
{
    struct miev_protobuf graph = find(miev_protobuf_message(model, length), MODEL_GRAPH);
    struct miev_protobuf rest = graph;
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&rest, &field)) {
        if (!is_bytes(&field, GRAPH_NODE))
            continue;
        struct miev_protobuf kind = find(field.bytes, NODE_OPERATOR);
        struct miev_protobuf tensor = find_at(field.bytes, id, 0);
        if (miev_protobuf_is(&kind, operator_name) && miev_protobuf_is(&tensor, tensor_name))
            return read_scale(graph, field.bytes, scale, zero_point);
    }
    return false;
}

bool miev_onnx_input_scale(const void *model, size_t length, const char *name, double *scale,
                           int64_t *zero_point)
{
    return scale_beside(model, length, "DequantizeLinear", NODE_INPUT, name, scale, zero_point);
}

bool miev_onnx_output_scale(const void *model, size_t length, const char *name, double *scale,
                            int64_t *zero_point)
{
    return scale_beside(model, length, "QuantizeLinear", NODE_OUTPUT, name, scale, zero_point);
}
