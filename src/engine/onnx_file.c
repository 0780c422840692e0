/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/onnx_file.h"

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
    struct miev_protobuf text = miev_protobuf_find(tensor, TENSOR_NAME);
    miev_protobuf_show(&text, name, sizeof(name));
    while (miev_protobuf_next(&tensor, &field)) {
        struct miev_protobuf key = {NULL, NULL, false}, value = key;
        if (miev_protobuf_is_bytes(&field, TENSOR_EXTERNAL)) {
            key = miev_protobuf_find(field.bytes, ENTRY_KEY);
            value = miev_protobuf_find(field.bytes, ENTRY_VALUE);
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
        if (miev_protobuf_is_bytes(&field, TENSOR_EXTERNAL) ||
            (field.id == TENSOR_LOCATION && field.number == TENSOR_IS_EXTERNAL))
            return refuse_external(look, tensor);
    return rc;
}

static int inspect_sparse(struct look *look, struct miev_protobuf sparse)
{
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    while (next(look, &sparse, &field, &rc))
        if (miev_protobuf_is_bytes(&field, SPARSE_VALUES) ||
            miev_protobuf_is_bytes(&field, SPARSE_INDICES))
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

/* The model brings the operator itself, as a function. */
static bool is_function(struct look *look, const struct miev_protobuf *name,
                        const struct miev_protobuf *domain)
{
    struct miev_protobuf model = look->model;
    struct miev_protobuf_field field;
    while (look->n_fields <= MAX_FIELDS && miev_protobuf_next(&model, &field)) {
        look->n_fields++;
        if (!miev_protobuf_is_bytes(&field, MODEL_FUNCTION))
            continue;
        struct miev_protobuf its_name = miev_protobuf_find(field.bytes, FUNCTION_NAME);
        struct miev_protobuf its_domain = miev_protobuf_find(field.bytes, FUNCTION_DOMAIN);
        if (miev_protobuf_same(&its_name, name) && miev_protobuf_same(&its_domain, domain))
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
        if (miev_protobuf_is_bytes(&field, ATTRIBUTE_TENSOR) ||
            miev_protobuf_is_bytes(&field, ATTRIBUTE_TENSORS))
            rc = inspect_tensor(look, field.bytes);
        else if (miev_protobuf_is_bytes(&field, ATTRIBUTE_SPARSE) ||
                 miev_protobuf_is_bytes(&field, ATTRIBUTE_SPARSES))
            rc = inspect_sparse(look, field.bytes);
        else if (miev_protobuf_is_bytes(&field, ATTRIBUTE_GRAPH) ||
                 miev_protobuf_is_bytes(&field, ATTRIBUTE_GRAPHS))
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
        if (miev_protobuf_is_bytes(&field, NODE_OPERATOR))
            name = field.bytes;
        else if (miev_protobuf_is_bytes(&field, NODE_DOMAIN))
            domain = field.bytes;
        else if (miev_protobuf_is_bytes(&field, NODE_ATTRIBUTE))
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
        if (miev_protobuf_is_bytes(&field, GRAPH_NODE))
            rc = inspect_node(look, field.bytes, depth);
        else if (miev_protobuf_is_bytes(&field, GRAPH_INITIALIZER))
            rc = inspect_tensor(look, field.bytes);
        else if (miev_protobuf_is_bytes(&field, GRAPH_SPARSE))
            rc = inspect_sparse(look, field.bytes);
    }
    return rc;
}

static int inspect_function(struct look *look, struct miev_protobuf function)
{
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    while (next(look, &function, &field, &rc)) {
        if (miev_protobuf_is_bytes(&field, FUNCTION_NODE))
            rc = inspect_node(look, field.bytes, 0);
        else if (miev_protobuf_is_bytes(&field, FUNCTION_ATTRIBUTE))
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
        graph = graph || miev_protobuf_is_bytes(&field, MODEL_GRAPH);
        opset = opset || miev_protobuf_is_bytes(&field, MODEL_OPSET);
        version = version || field.id == MODEL_IR_VERSION;
        if (miev_protobuf_is_bytes(&field, MODEL_GRAPH))
            rc = inspect_graph(&look, field.bytes, 0);
        else if (miev_protobuf_is_bytes(&field, MODEL_FUNCTION))
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
