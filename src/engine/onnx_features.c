/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/onnx_features.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "engine/onnx_graph.h"
#include "engine/onnx_schema.h"

#define MAX_STEPS     32 /* from an output back to the layer before it */
#define MAX_FOLDED    6  /* operators that turn stored weights into those that are used */
#define OUTPUT_TAG    ((GRAPH_OUTPUT << 3) | MIEV_PROTOBUF_BYTES)
#define GRAPH_TAG     ((MODEL_GRAPH << 3) | MIEV_PROTOBUF_BYTES)
#define VALUE_TAG     ((VALUE_NAME << 3) | MIEV_PROTOBUF_BYTES)
#define VARINT_LENGTH 5 /* of a number below 2^32, at most */

/* ---- the graph ------------------------------------------------------------------------------ */

static bool is_one_of(const struct miev_protobuf *word, const char *const *list)
{
    while (*list && !miev_protobuf_is(word, *list))
        list++;
    return *list != NULL;
}

/* Whether a tensor is in the file, as it is or behind operators that do not look at the input; then
 * *stored is it, or empty for a constant of an operator's own. */
static bool is_constant(struct miev_protobuf graph, struct miev_protobuf name,
                        struct miev_protobuf *stored)
{
    static const char *const folded[] = {"DequantizeLinear", "Transpose", "Identity",  "Cast",
                                         "Reshape",          "Squeeze",   "Unsqueeze", NULL};
    struct miev_protobuf node;
    for (int i = 0; i < MAX_FOLDED; i++) {
        *stored = miev_onnx_initializer(graph, &name);
        if (miev_protobuf_length(stored) > 0)
            return true;
        if (!miev_onnx_maker(graph, &name, &node))
            return false;
        struct miev_protobuf kind = miev_protobuf_find(node, NODE_OPERATOR);
        if (miev_protobuf_is(&kind, "Constant"))
            return true;
        if (!is_one_of(&kind, folded))
            return false;
        name = miev_protobuf_find_at(node, NODE_INPUT, 0);
    }
    return false;
}

/* ---- the last layer ------------------------------------------------------------------------- */

/* The weights of a convolution reach over one pixel: a dense layer at each place of a map. */
static bool is_one_by_one(struct miev_protobuf weights)
{
    struct miev_protobuf_field field;
    uint64_t dims[4] = {0};
    size_t n = 0;
    while (miev_protobuf_next(&weights, &field)) {
        if (field.id != TENSOR_DIMS)
            continue;
        if (field.kind == MIEV_PROTOBUF_NUMBER && n++ < 4)
            dims[n - 1] = field.number;
        while (field.kind == MIEV_PROTOBUF_BYTES && miev_protobuf_length(&field.bytes) > 0 &&
               !field.bytes.broken && n++ < 4)
            dims[n - 1] = miev_protobuf_varint(&field.bytes);
    }
    return n == 4 && dims[2] == 1 && dims[3] == 1;
}

enum step { STEP_BACK, STEP_FOUND, STEP_LOST };

/* What an operator is on the way back from the output; *next: the tensor to go on with. */
static enum step look_at(struct miev_protobuf graph, struct miev_protobuf node,
                         struct miev_protobuf *next)
{
    static const char *const passed[] = {"Softmax",
                                         "LogSoftmax",
                                         "Sigmoid",
                                         "Identity",
                                         "Reshape",
                                         "Flatten",
                                         "Squeeze",
                                         "Unsqueeze",
                                         "QuantizeLinear",
                                         "Cast",
                                         "Relu",
                                         "DequantizeLinear",
                                         "Dropout",
                                         "GlobalAveragePool",
                                         "AveragePool",
                                         "ReduceMean",
                                         "HardSigmoid",
                                         "QLinearSigmoid",
                                         "QLinearSoftmax",
                                         "Transpose",
                                         "QLinearGlobalAveragePool",
                                         NULL};
    static const char *const with_constant[] = {"Add", "Sub", "Mul", "Div", "QLinearAdd", NULL};
    static const char *const dense[] = {"Gemm",
                                        "MatMul",
                                        "FusedMatMul",
                                        "FusedGemm",
                                        "QGemm",
                                        "QLinearMatMul",
                                        "MatMulInteger",
                                        "MatMulIntegerToFloat",
                                        "DynamicQuantizeMatMul",
                                        NULL};
    static const char *const convolution[] = {"Conv", "FusedConv", "QLinearConv", NULL};
    struct miev_protobuf kind = miev_protobuf_find(node, NODE_OPERATOR), stored;
    bool quantised = miev_protobuf_length(&kind) > 7 && memcmp(kind.at, "QLinear", 7) == 0;
    size_t other =
        quantised || miev_protobuf_is(&kind, "QGemm") ? 3 : 1; /* behind scale and zero */
    *next = miev_protobuf_find_at(node, NODE_INPUT, 0);
    if (is_one_of(&kind, passed))
        return STEP_BACK;
    struct miev_protobuf second = miev_protobuf_find_at(node, NODE_INPUT, other);
    bool constant = is_constant(graph, second, &stored);
    if (is_one_of(&kind, dense))
        return constant ? STEP_FOUND : STEP_LOST;
    if (is_one_of(&kind, convolution))
        return constant && is_one_by_one(stored) ? STEP_FOUND : STEP_LOST;
    if (!is_one_of(&kind, with_constant))
        return STEP_LOST;
    if (constant)
        return STEP_BACK;
    constant = is_constant(graph, *next, &stored);
    *next = second;
    return constant ? STEP_BACK : STEP_LOST;
}

/* A tensor that is quantised anew for each picture is better taken as it was before. */
static struct miev_protobuf before_quantising(struct miev_protobuf graph,
                                              struct miev_protobuf tensor)
{
    struct miev_protobuf node;
    if (!miev_onnx_maker(graph, &tensor, &node))
        return tensor;
    struct miev_protobuf kind = miev_protobuf_find(node, NODE_OPERATOR);
    return miev_protobuf_is(&kind, "DynamicQuantizeLinear")
               ? miev_protobuf_find_at(node, NODE_INPUT, 0)
               : tensor;
}

int miev_onnx_find_features(const void *model, size_t length, char name[MIEV_ONNX_MAX_NAME],
                            struct miev_error *err)
{
    struct miev_protobuf graph =
        miev_protobuf_find(miev_protobuf_message(model, length), MODEL_GRAPH);
    struct miev_protobuf value = miev_protobuf_find_at(graph, GRAPH_OUTPUT, 0);
    struct miev_protobuf at = miev_protobuf_find(value, VALUE_NAME), node, next;
    enum step step = STEP_BACK;
    for (int i = 0; step == STEP_BACK && i < MAX_STEPS; i++) {
        step = miev_onnx_maker(graph, &at, &node) ? look_at(graph, node, &next) : STEP_LOST;
        at = next;
    }
    if (step == STEP_FOUND)
        at = before_quantising(graph, at);
    size_t n = miev_protobuf_length(&at);
    if (step != STEP_FOUND || !miev_onnx_maker(graph, &at, &node) || n >= MIEV_ONNX_MAX_NAME || memchr(at.at, '\0', n))
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "no dense layer stands before the model's first output, so there is "
            "no layer before the last: --features output takes the output itself");
    memcpy(name, at.at, n);
    name[n] = '\0';
    return MIEV_OK;
}

/* ---- one output more ------------------------------------------------------------------------ */

static bool is_output(struct miev_protobuf graph, const char *name)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&graph, &field)) {
        if (!miev_protobuf_is_bytes(&field, GRAPH_OUTPUT))
            continue;
        struct miev_protobuf its_name = miev_protobuf_find(field.bytes, VALUE_NAME);
        if (miev_protobuf_is(&its_name, name))
            return true;
    }
    return false;
}

static size_t varint_length(size_t value)
{
    size_t n = 1;
    while (value >>= 7)
        n++;
    return n;
}

/* A field of bytes: its tag and its length. */
static uint8_t *put_head(uint8_t *to, uint8_t tag, size_t length)
{
    *to++ = tag;
    while (length >= 0x80) {
        *to++ = (uint8_t)(length | 0x80);
        length >>= 7;
    }
    *to++ = (uint8_t)length;
    return to;
}

int miev_onnx_add_output(const void *model, size_t length, const char *name, void **out,
                         size_t *out_length, struct miev_error *err)
{
    struct miev_protobuf graph =
        miev_protobuf_find(miev_protobuf_message(model, length), MODEL_GRAPH);
    size_t n = strlen(name), value = 1 + varint_length(n) + n;
    size_t piece = 1 + varint_length(value) + value; /* the graph's one field */
    uint8_t *bytes = malloc(length + piece + 1 + VARINT_LENGTH);
    if (!bytes)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a copy of the model");
    memcpy(bytes, model, length);
    uint8_t *to = bytes + length;
    if (!is_output(graph, name)) {
        to = put_head(to, GRAPH_TAG, piece);
        to = put_head(to, OUTPUT_TAG, value);
        to = put_head(to, VALUE_TAG, n);
        memcpy(to, name, n);
        to += n;
    }
    *out = bytes;
    *out_length = (size_t)(to - bytes);
    return MIEV_OK;
}
