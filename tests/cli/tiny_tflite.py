# SPDX-License-Identifier: Apache-2.0
"""Write TensorFlow Lite models of one operator: the output is the input, laid out flat.

So the answer shows each number that went in, in the tensor's own order. A FlatBuffer is written
front to back: every table, vector and text lies behind what points at it.
"""

import io
import struct
import zipfile

TYPES = {"float32": 0, "float16": 1, "int32": 2, "uint8": 3, "string": 5, "int8": 9}
RESHAPE_OPERATOR, RESHAPE_OPTIONS = 22, 17


class Table:
    """fields: slot -> (struct format, number), or an object that is pointed at."""

    def __init__(self, fields):
        self.fields = {slot: field for slot, field in fields.items() if field is not None}

    def write(self, out):
        slots = max(self.fields, default=-1) + 1
        size = 4 * (len(self.fields) + 1)  # each field takes four bytes, and the way to the vtable
        out.extend(bytes(-len(out) % 4))
        vtable = len(out)
        start = vtable + (4 + 2 * slots + 3) // 4 * 4
        places = {slot: 4 * (i + 1) for i, slot in enumerate(sorted(self.fields))}
        out.extend(struct.pack("<HH", 4 + 2 * slots, size))
        out.extend(b"".join(struct.pack("<H", places.get(s, 0)) for s in range(slots)))
        out.extend(bytes(start - len(out)))
        out.extend(struct.pack("<i", start - vtable) + bytes(size - 4))
        for slot, place in places.items():
            put(out, start + place, self.fields[slot])
        return start


class Vector:
    """Of numbers (with their struct format) or of things that are pointed at."""

    def __init__(self, items, form=None):
        self.items, self.form = items, form

    def write(self, out):
        width = struct.calcsize("<" + self.form) if self.form else 4
        out.extend(bytes((-len(out) - 4) % max(width, 4)))  # the items are aligned, not the count
        start = len(out)
        out.extend(struct.pack("<I", len(self.items)) + bytes(width * len(self.items)))
        for i, item in enumerate(self.items):
            put(out, start + 4 + width * i, (self.form, item) if self.form else item)
        return start


class Text:
    def __init__(self, words):
        self.bytes = words.encode()

    def write(self, out):
        out.extend(bytes(-len(out) % 4))
        start = len(out)
        out.extend(struct.pack("<I", len(self.bytes)) + self.bytes + b"\0")
        return start


def put(out, at, field):
    """A number, or the distance to a thing that is written now."""
    if isinstance(field, tuple):
        struct.pack_into("<" + field[0], out, at, field[1])
    else:
        struct.pack_into("<I", out, at, field.write(out) - at)


def tensor(name, dtype, shape, quantisation):
    quantised = quantisation and Table({2: Vector([quantisation[0]], "f"),
                                        3: Vector([quantisation[1]], "q")})
    open_shape = Vector(shape, "i") if -1 in shape else None
    return Table({0: Vector([max(d, 1) for d in shape], "i"), 1: ("b", TYPES[dtype]), 2: ("I", 0),
                  3: Text(name), 4: quantised, 7: open_shape})


def finish(root, identifier):
    out = bytearray(4) + identifier
    struct.pack_into("<I", out, 0, root.write(out))
    return bytes(out)


def describe(mean=None, std=None, labels=()):
    """A block of metadata: mean and std of the input; labels: (file name, locale) of the output."""
    norm = Table({0: mean and Vector(mean, "f"), 1: std and Vector(std, "f")})
    units = Vector([Table({0: ("B", 1), 1: norm})]) if mean or std else None
    files = [Table({0: Text(name), 2: ("b", 2), 3: Text(locale) if locale else None})
             for name, locale in labels]
    graph = Table({2: Vector([Table({4: units})]),
                   3: Vector([Table({6: Vector(files) if files else None})])})
    return finish(Table({0: Text("of a test"), 3: Vector([graph])}), b"M001")


def pack(files, compression=zipfile.ZIP_STORED):
    """A zip; files: name -> bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def flatten_model(dtype, shape, quantisation=None, metadata=None):
    """The bytes of a model; -1 in shape leaves a dimension open; quantisation: scale, zero point;
    metadata: a block as describe() makes it."""
    count = 1
    for d in shape:
        count = -1 if d < 0 or count < 0 else count * d
    reshape = Table({0: ("I", 0), 1: Vector([0], "i"), 2: Vector([1], "i"),
                     3: ("B", RESHAPE_OPTIONS), 4: Table({0: Vector([1, count], "i")})})
    graph = Table({0: Vector([tensor("picture", dtype, shape, quantisation),
                              tensor("flat", dtype, [1, count], quantisation)]),
                   1: Vector([0], "i"), 2: Vector([1], "i"), 3: Vector([reshape])})
    code = Table({0: ("b", RESHAPE_OPERATOR), 2: ("i", 1), 3: ("i", RESHAPE_OPERATOR)})
    buffers, entries = [Table({})], None
    if metadata:
        buffers.append(Table({0: Vector(metadata, "B")}))
        entries = Vector([Table({0: Text("TFLITE_METADATA"), 1: ("I", 1)})])
    model = Table({0: ("I", 3), 1: Vector([code]), 2: Vector([graph]), 4: Vector(buffers),
                   6: entries})
    return finish(model, b"TFL3")
