/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tflite_features.h"

#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "engine/flatbuffer.h"

/* Field numbers of TensorFlow Lite's schema, version 3. */
enum {
    MODEL_OPERATOR_CODES = 1,
    MODEL_SUBGRAPHS = 2,
    MODEL_BUFFERS = 4,
    MODEL_SIGNATURES = 7,
    CODE_OLD_BUILTIN = 0,
    CODE_BUILTIN = 3,
    SUBGRAPH_TENSORS = 0,
    SUBGRAPH_OUTPUTS = 2,
    SUBGRAPH_OPERATORS = 3,
    TENSOR_SHAPE = 0,
    TENSOR_BUFFER = 2,
    OPERATOR_CODE = 0,
    OPERATOR_INPUTS = 1,
    OPERATOR_OUTPUTS = 2,
    BUFFER_DATA = 0,
    BUFFER_OFFSET = 1,
    SIGNATURE_OUTPUTS = 1,
    TENSOR_MAP_TENSOR = 1,
};

/* Numbers of its operators. */
enum {
    OP_ADD = 0,
    OP_AVERAGE_POOL = 1,
    OP_CONV = 3,
    OP_DEQUANTIZE = 6,
    OP_FULLY_CONNECTED = 9,
    OP_LOGISTIC = 14,
    OP_MUL = 18,
    OP_RELU = 19,
    OP_RESHAPE = 22,
    OP_SOFTMAX = 25,
    OP_MEAN = 40,
    OP_SQUEEZE = 43,
    OP_LOG_SOFTMAX = 50,
    OP_CAST = 53,
    OP_EXPAND_DIMS = 70,
    OP_QUANTIZE = 114,
    OP_BATCH_MATMUL = 126,
};

#define MAX_STEPS 32 /* from the output back to the layer before it */

struct graph {
    struct miev_flatbuffer r;
    size_t model, subgraph;
    struct miev_flatbuffer_vector tensors, operators, outputs;
};

static uint32_t item(struct graph *g, struct miev_flatbuffer_vector v, size_t i)
{
    return i < v.count ? miev_flatbuffer_u32(&g->r, v.first + 4 * i) : UINT32_MAX;
}

/* The file holds the tensor's numbers. */
static bool is_constant(struct graph *g, uint32_t tensor)
{
    struct miev_flatbuffer *r = &g->r;
    struct miev_flatbuffer_vector buffers = miev_flatbuffer_vector(r, g->model, MODEL_BUFFERS, 4);
    if (tensor >= g->tensors.count)
        return false;
    uint64_t buffer = miev_flatbuffer_scalar(r, miev_flatbuffer_element(r, g->tensors, tensor),
                                             TENSOR_BUFFER, 4, 0);
    if (buffer == 0 || buffer >= buffers.count)
        return false;
    size_t table = miev_flatbuffer_element(r, buffers, (size_t)buffer);
    return miev_flatbuffer_vector(r, table, BUFFER_DATA, 1).count > 0 ||
           miev_flatbuffer_scalar(r, table, BUFFER_OFFSET, 8, 0) > 1;
}

/* The operator that makes a tensor; 0 when none does. */
static size_t find_maker(struct graph *g, uint32_t tensor)
{
    struct miev_flatbuffer *r = &g->r;
    for (size_t i = 0; i < g->operators.count && miev_flatbuffer_going(r); i++) {
        size_t op = miev_flatbuffer_element(r, g->operators, i);
        struct miev_flatbuffer_vector made = miev_flatbuffer_vector(r, op, OPERATOR_OUTPUTS, 4);
        for (size_t k = 0; k < made.count; k++)
            if (item(g, made, k) == tensor)
                return op;
    }
    return 0;
}

/* Old files have a number of eight bits, newer ones another field beside it: the larger counts. */
static uint64_t kind_of(struct graph *g, size_t op)
{
    struct miev_flatbuffer *r = &g->r;
    struct miev_flatbuffer_vector codes =
        miev_flatbuffer_vector(r, g->model, MODEL_OPERATOR_CODES, 4);
    uint64_t code = miev_flatbuffer_scalar(r, op, OPERATOR_CODE, 4, 0);
    if (code >= codes.count)
        return UINT64_MAX;
    size_t table = miev_flatbuffer_element(r, codes, (size_t)code);
    uint64_t old = miev_flatbuffer_scalar(r, table, CODE_OLD_BUILTIN, 1, 0);
    uint64_t now = miev_flatbuffer_scalar(r, table, CODE_BUILTIN, 4, 0);
    return old > now ? old : now;
}

/* Weights of a convolution are [out, height, width, in]. */
static bool is_one_by_one(struct graph *g, uint32_t weights)
{
    if (weights >= g->tensors.count)
        return false;
    struct miev_flatbuffer_vector shape = miev_flatbuffer_vector(
        &g->r, miev_flatbuffer_element(&g->r, g->tensors, weights), TENSOR_SHAPE, 4);
    return shape.count == 4 && item(g, shape, 1) == 1 && item(g, shape, 2) == 1;
}

enum step { STEP_BACK, STEP_FOUND, STEP_LOST };

/* What an operator is on the way back from the output; *next: the tensor to go on with. */
static enum step look_at(struct graph *g, size_t op, uint32_t *next)
{
    struct miev_flatbuffer_vector inputs = miev_flatbuffer_vector(&g->r, op, OPERATOR_INPUTS, 4);
    uint32_t first = item(g, inputs, 0), second = item(g, inputs, 1);
    *next = first;
    switch (kind_of(g, op)) {
    case OP_FULLY_CONNECTED:
    case OP_BATCH_MATMUL:
        return STEP_FOUND;
    case OP_CONV:
        return is_one_by_one(g, second) ? STEP_FOUND : STEP_LOST;
    case OP_ADD:
    case OP_MUL:
        *next = is_constant(g, second) ? first : second;
        return is_constant(g, first) != is_constant(g, second) ? STEP_BACK : STEP_LOST;
    case OP_AVERAGE_POOL:
    case OP_CAST:
    case OP_DEQUANTIZE:
    case OP_EXPAND_DIMS:
    case OP_LOGISTIC:
    case OP_LOG_SOFTMAX:
    case OP_MEAN:
    case OP_QUANTIZE:
    case OP_RELU:
    case OP_RESHAPE:
    case OP_SOFTMAX:
    case OP_SQUEEZE:
        return STEP_BACK;
    default:
        return STEP_LOST;
    }
}

/* ---- changing numbers where they stand ------------------------------------------------------ */

static void put_u32(void *model, size_t at, uint32_t value)
{
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                        (uint8_t)(value >> 24)};
    memcpy((uint8_t *)model + at, bytes, sizeof(bytes));
}

/* An operator whose list lies at the same place would be changed too: nobody writes such a file. */
static bool is_shared(struct graph *g)
{
    static const unsigned fields[] = {OPERATOR_INPUTS, OPERATOR_OUTPUTS};
    for (size_t i = 0; i < g->operators.count && miev_flatbuffer_going(&g->r); i++) {
        size_t op = miev_flatbuffer_element(&g->r, g->operators, i);
        for (size_t k = 0; k < 2; k++)
            if (miev_flatbuffer_vector(&g->r, op, fields[k], 4).first == g->outputs.first)
                return true;
    }
    return false;
}

/* Where the first signature names its output, the only one; 0: it has no signature, or leaves the
 * number out. */
static size_t signature_place(struct graph *g, bool *fits)
{
    struct miev_flatbuffer *r = &g->r;
    struct miev_flatbuffer_vector list = miev_flatbuffer_vector(r, g->model, MODEL_SIGNATURES, 4);
    *fits = list.count == 0;
    if (list.count == 0)
        return 0;
    struct miev_flatbuffer_vector maps =
        miev_flatbuffer_vector(r, miev_flatbuffer_element(r, list, 0), SIGNATURE_OUTPUTS, 4);
    size_t at = maps.count == 1 ? miev_flatbuffer_field(r, miev_flatbuffer_element(r, maps, 0),
                                                        TENSOR_MAP_TENSOR)
                                : 0;
    *fits = at != 0 && miev_flatbuffer_inside(r, at, 4);
    return at;
}

int miev_tflite_expose_features(void *model, size_t length, struct miev_error *err)
{
    struct graph g = {.r = {.bytes = model, .length = length}};
    bool fits = false;
    enum step step = STEP_BACK;
    g.model = miev_flatbuffer_root(&g.r);
    g.subgraph =
        miev_flatbuffer_element(&g.r, miev_flatbuffer_vector(&g.r, g.model, MODEL_SUBGRAPHS, 4), 0);
    g.tensors = miev_flatbuffer_vector(&g.r, g.subgraph, SUBGRAPH_TENSORS, 4);
    g.operators = miev_flatbuffer_vector(&g.r, g.subgraph, SUBGRAPH_OPERATORS, 4);
    g.outputs = miev_flatbuffer_vector(&g.r, g.subgraph, SUBGRAPH_OUTPUTS, 4);
    uint32_t at = item(&g, g.outputs, 0);
    for (int i = 0; step == STEP_BACK && i < MAX_STEPS && miev_flatbuffer_going(&g.r); i++) {
        size_t op = find_maker(&g, at);
        step = op ? look_at(&g, op, &at) : STEP_LOST;
    }
    size_t signature = signature_place(&g, &fits);
    if (step != STEP_FOUND || !find_maker(&g, at)) /* the input itself is no layer */
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "no dense layer stands before the model's output, so there is no "
                              "layer before the last: --features output takes the output itself");
    if (g.outputs.count != 1 || !fits || is_shared(&g) || !miev_flatbuffer_going(&g.r))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model has %zu outputs, or names its output in a way that cannot "
                              "be changed to the layer before the last: --features output takes "
                              "the output itself",
                              g.outputs.count);
    put_u32(model, g.outputs.first, at);
    if (signature)
        put_u32(model, signature, at);
    return MIEV_OK;
}
