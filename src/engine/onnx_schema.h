/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of the fields that are read of an ONNX file. They are those of onnx.proto, which only
 * grows: no number was ever given a second meaning. */
#ifndef MIEV_ENGINE_ONNX_SCHEMA_H
#define MIEV_ENGINE_ONNX_SCHEMA_H

enum onnx_model {
    MODEL_IR_VERSION = 1,
    MODEL_VERSION = 5,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    MODEL_FUNCTION = 25,
    MODEL_LAST = 26,
};

enum onnx_graph {
    GRAPH_NODE = 1,
    GRAPH_INITIALIZER = 5,
    GRAPH_OUTPUT = 12,
    GRAPH_SPARSE = 15,
    GRAPH_LAST = 16,
};

enum onnx_value {
    VALUE_NAME = 1,
};

enum onnx_node {
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_OPERATOR = 4,
    NODE_ATTRIBUTE = 5,
    NODE_DOMAIN = 7,
};

enum onnx_attribute {
    ATTRIBUTE_TENSOR = 5,
    ATTRIBUTE_GRAPH = 6,
    ATTRIBUTE_TENSORS = 10,
    ATTRIBUTE_GRAPHS = 11,
    ATTRIBUTE_SPARSE = 22,
    ATTRIBUTE_SPARSES = 23,
};

enum onnx_tensor {
    TENSOR_DIMS = 1,
    TENSOR_TYPE = 2,
    TENSOR_FLOATS = 4,
    TENSOR_INTS = 5,
    TENSOR_NAME = 8,
    TENSOR_RAW = 9,
    TENSOR_EXTERNAL = 13,
    TENSOR_LOCATION = 14,
};

enum {
    TENSOR_IS_EXTERNAL = 1, /* of TENSOR_LOCATION */
    TYPE_FLOAT = 1,
    TYPE_UINT8 = 2,
    TYPE_INT8 = 3,
};

enum onnx_sparse {
    SPARSE_VALUES = 1,
    SPARSE_INDICES = 2,
};

enum onnx_entry {
    ENTRY_KEY = 1,
    ENTRY_VALUE = 2,
};

enum onnx_function {
    FUNCTION_NAME = 1,
    FUNCTION_NODE = 7,
    FUNCTION_DOMAIN = 10,
    FUNCTION_ATTRIBUTE = 11,
};

#endif
