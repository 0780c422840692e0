# SPDX-License-Identifier: Apache-2.0
"""Write ONNX models of one or two operators, and any file that is nearly one.

Protocol Buffers by hand: a field is its number and kind, then a number or the length of its bytes.
The numbers of the fields are those of onnx.proto.
"""

import math
import pathlib
import struct

FLOAT, UINT8, INT8, INT32, INT64, STRING, FLOAT16 = 1, 2, 3, 6, 7, 8, 10
TYPES = {"float32": FLOAT, "float16": FLOAT16, "uint8": UINT8, "int8": INT8, "int32": INT32,
         "string": STRING}
FORMATS = {FLOAT: "f", UINT8: "B", INT8: "b", INT32: "i", INT64: "q", FLOAT16: "e"}


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(number, value):
    """Of a whole number, a text, or bytes (of which a message is one)."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def port(name, element, dims):
    """An input or output; a dimension that is a text is open."""
    shape = b"".join(field(1, field(1, dim) if isinstance(dim, int) else field(2, dim))
                     for dim in dims)
    return field(1, name) + field(2, field(1, field(1, element) + field(2, shape)))


def tensor(name, element, dims, numbers):
    raw = struct.pack(f"<{len(numbers)}{FORMATS[element]}", *numbers)
    return b"".join(field(1, dim) for dim in dims) + field(2, element) + field(8, name) + field(9, raw)


def external(name, element, dims, place):
    entry = field(1, "location") + field(2, place)
    return (b"".join(field(1, dim) for dim in dims) + field(2, element) + field(8, name) +
            field(13, entry) + field(14, 1))


def ints(name, *values):
    return field(1, name) + b"".join(field(8, value) for value in values) + field(20, 7)


def graph_attribute(name, graph):
    return field(1, name) + field(6, graph) + field(20, 5)


def node(operator, inputs, outputs, *attributes, domain=""):
    return (b"".join(field(1, name) for name in inputs) +
            b"".join(field(2, name) for name in outputs) + field(4, operator) +
            b"".join(field(5, attribute) for attribute in attributes) +
            (field(7, domain) if domain else b""))


def graph(nodes, inputs, outputs, initializers=()):
    return (b"".join(field(1, n) for n in nodes) + field(2, "g") +
            b"".join(field(5, t) for t in initializers) +
            b"".join(field(11, p) for p in inputs) + b"".join(field(12, p) for p in outputs))


def opset(version, domain=""):
    return (field(1, domain) if domain else b"") + field(2, version)


def model(the_graph, opsets=None, functions=(), ir_version=8):
    opsets = [opset(13)] if opsets is None else opsets
    return (field(1, ir_version) + field(2, "miev") + field(7, the_graph) +
            b"".join(field(8, o) for o in opsets) + b"".join(field(25, f) for f in functions))


def flatten_model(dtype, shape, scale=None):
    """The output is the input, laid out flat: the answer shows each number that went in. -1 leaves
    a dimension open; scale: (scale, zero point), told by operators at both ends."""
    element = TYPES[dtype]
    dims = [f"d{i}" if dim < 0 else dim for i, dim in enumerate(shape)]
    total = "all" if min(shape) < 0 else math.prod(shape)
    numbers = [tensor("shape", INT64, [2], [1, -1])]
    nodes = [node("Reshape", ["x", "shape"], ["y"])]
    if scale:
        numbers += [tensor("scale", FLOAT, [], scale[:1]), tensor("zero", element, [], scale[1:])]
        nodes = [node("DequantizeLinear", ["x", "scale", "zero"], ["real"]),
                 node("Reshape", ["real", "shape"], ["flat"]),
                 node("QuantizeLinear", ["flat", "scale", "zero"], ["y"])]
    return model(graph(nodes, [port("x", element, dims)], [port("y", element, [1, total])],
                       numbers))


def typed(name, type_of_it):
    """An input or output of any type."""
    return field(1, name) + field(2, type_of_it)


def flatten_behind_first(dims):
    """Laid out flat behind the first dimension, whatever it is."""
    return model(graph([node("Flatten", ["x"], ["y"])], [port("x", FLOAT, dims)],
                       [port("y", FLOAT, [dims[0], "all"])]))


def identity(element):
    return model(graph([node("Identity", ["x"], ["y"])], [port("x", element, [1, 4])],
                       [port("y", element, [1, 4])]))


def added(initializer):
    return graph([node("Add", ["x", "w"], ["y"])], [port("x", FLOAT, [1, 4])],
                 [port("y", FLOAT, [1, 4])], [initializer])


def nested(inner, depth):
    """A graph that does what inner does, that many subgraphs deep."""
    for _ in range(depth):
        branch = [node("If", ["yes"], ["y"], graph_attribute("then_branch", inner),
                       graph_attribute("else_branch", inner))]
        inner = graph(branch, [port("yes", 9, [])], [port("y", FLOAT, [1, 4])])
    return inner


def in_one_branch(inner, depth):
    """The same with one branch each, which no runtime takes, but grows by its depth only."""
    for _ in range(depth):
        inner = graph([node("If", ["yes"], ["y"], graph_attribute("then_branch", inner))], [], [])
    return inner


def dense(shown=()):
    """The head of a classifier; shown: tensors within it that are outputs too."""
    nodes = [node("Relu", ["x"], ["f"]), node("MatMul", ["f", "w"], ["m"]),
             node("Add", ["b", "m"], ["a"]), node("Softmax", ["a"], ["y"])]
    outputs = [port(name, FLOAT, [1, 4]) for name in ("y", *shown)]
    return model(graph(nodes, [port("x", FLOAT, [1, 4])], outputs,
                       [tensor("w", FLOAT, [4, 4], range(16)), tensor("b", FLOAT, [4], range(4))]))


def own_operator(domain, functions=()):
    return model(graph([node("Twice", ["x"], ["y"], domain=domain)], [port("x", FLOAT, [1, 4])],
                       [port("y", FLOAT, [1, 4])]), [opset(13), opset(1, domain)], functions)


def seeds():
    """The corpus of tests/fuzz/fuzz_onnx.c, which tests/unit/test_onnx.c reads too."""
    weights = tensor("w", FLOAT, [1, 4], [1, 2, 3, 4])
    away = external("w", FLOAT, [1, 4], "../../etc/passwd")
    sequence = field(4, field(1, field(1, field(1, FLOAT) + field(2, b""))))
    twice = (field(1, "Twice") + field(4, "a") + field(5, "b") + field(7, node("Add", ["a", "a"],
             ["b"])) + field(9, opset(13)) + field(10, "org.example"))
    picture = [1, 3, 2, 2]
    whole = flatten_model("float32", picture)
    return {
        "flat": whole,
        "float16": flatten_model("float16", picture),
        "int8": flatten_model("int8", picture, (0.5, -3)),
        "uint8": flatten_model("uint8", picture, (0.25, 7)),
        "open-batch": flatten_behind_first(["n", 3, 2, 2]),
        "open-size": flatten_behind_first([1, 3, "h", "w"]),
        "add": model(added(weights)),
        "dense": dense(),
        "dense-shown": dense(["f"]),
        "function": own_operator("org.example", [twice]),
        "custom": own_operator("org.example"),
        "external": model(added(away)),
        "external-below": model(nested(added(away), 2)),
        "deep": model(in_one_branch(added(weights), 40)),
        "strings": identity(STRING),
        "sequence": model(graph([node("SequenceConstruct", ["x"], ["y"])],
                                [port("x", FLOAT, [1, 4])], [typed("y", sequence)])),
        "unknown": model(graph([node("Nowhere", ["x"], ["y"])], [port("x", FLOAT, [1, 4])],
                               [port("y", FLOAT, [1, 4])])),
        "no-opset": model(added(weights), opsets=[]),
        "no-version": model(added(weights))[2:],
        "newest": model(added(weights), opsets=[opset(314159)]),
        "cut": whole[:-20],
    }


if __name__ == "__main__":  # python3 tests/cli/tiny_onnx.py: write the corpus again
    folder = pathlib.Path(__file__).parents[1] / "fuzz/corpus/onnx"
    folder.mkdir(exist_ok=True)
    for name, content in seeds().items():
        (folder / f"{name}.onnx").write_bytes(content)
