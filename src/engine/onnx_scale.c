/* SPDX-License-Identifier: Apache-2.0 */
/* Scale and zero point of a quantised input or output: see onnx_file.h. */
#include <math.h>
#include <string.h>

#include "engine/onnx_file.h"
#include "engine/onnx_graph.h"
#include "engine/onnx_schema.h"
#include "engine/protobuf.h"

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
    struct miev_protobuf scale_name = miev_protobuf_find_at(node, NODE_INPUT, 1);
    struct miev_protobuf zero_name = miev_protobuf_find_at(node, NODE_INPUT, 2);
    struct number number = {0, 0}, zero = {TYPE_UINT8, 0};
    if (!read_one(miev_onnx_initializer(graph, &scale_name), &number) || number.type != TYPE_FLOAT)
        return false;
    if (miev_protobuf_length(&zero_name) > 0 &&
        !read_one(miev_onnx_initializer(graph, &zero_name), &zero))
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
    struct miev_protobuf graph =
        miev_protobuf_find(miev_protobuf_message(model, length), MODEL_GRAPH);
    struct miev_protobuf rest = graph;
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&rest, &field)) {
        if (!miev_protobuf_is_bytes(&field, GRAPH_NODE))
            continue;
        struct miev_protobuf kind = miev_protobuf_find(field.bytes, NODE_OPERATOR);
        struct miev_protobuf tensor = miev_protobuf_find_at(field.bytes, id, 0);
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
