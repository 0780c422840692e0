/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/onnx_graph.h"

#include "engine/onnx_schema.h"

struct miev_protobuf miev_onnx_initializer(struct miev_protobuf graph,
                                           const struct miev_protobuf *name)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_length(name) > 0 && miev_protobuf_next(&graph, &field)) {
        if (!miev_protobuf_is_bytes(&field, GRAPH_INITIALIZER))
            continue;
        struct miev_protobuf its_name = miev_protobuf_find(field.bytes, TENSOR_NAME);
        if (miev_protobuf_same(&its_name, name))
            return field.bytes;
    }
    return (struct miev_protobuf){NULL, NULL, false};
}

static bool makes(struct miev_protobuf node, const struct miev_protobuf *tensor)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&node, &field))
        if (miev_protobuf_is_bytes(&field, NODE_OUTPUT) && miev_protobuf_same(&field.bytes, tensor))
            return true;
    return false;
}

bool miev_onnx_maker(struct miev_protobuf graph, const struct miev_protobuf *tensor,
                     struct miev_protobuf *node)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_length(tensor) > 0 && miev_protobuf_next(&graph, &field)) {
        if (!miev_protobuf_is_bytes(&field, GRAPH_NODE) || !makes(field.bytes, tensor))
            continue;
        *node = field.bytes;
        return true;
    }
    return false;
}
