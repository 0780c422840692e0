# SPDX-License-Identifier: Apache-2.0
"""Run and inspect .tflite files, one image at a time on one thread, as the meter does."""
import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema


def open_model(path):
    interpreter = tf.lite.Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def to_input(tensor, x):
    """Normalised floats as this input wants them: unchanged, or on its int8 grid."""
    if tensor["dtype"] == np.float32:
        return x.astype(np.float32)
    scale, zero = tensor["quantization"]
    return np.clip(np.round(x / scale + zero), -128, 127).astype(np.int8)


def predict(path, x):
    """Outputs (as floats) for normalised images x, run one by one."""
    interpreter = open_model(path)
    source, sink = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    rows = []
    for image in to_input(source, x):
        interpreter.set_tensor(source["index"], image[None])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(sink["index"])[0])
    rows = np.array(rows, np.float32)
    scale, zero = sink["quantization"]
    return (rows - zero) * scale if scale else rows


def resizes(path, batch=3):
    """Does the file still take a batch other than the one it states?"""
    interpreter = tf.lite.Interpreter(str(path), num_threads=1)
    source, sink = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    interpreter.resize_tensor_input(source["index"], [batch, 32, 32, 3])
    interpreter.allocate_tensors()
    interpreter.invoke()
    return interpreter.get_tensor(sink["index"]).shape[0] == batch


def operators(path):
    """The operators of a file with their versions, and the oldest runtime it names."""
    model = schema.ModelT.InitFromPackedBuf(open(path, "rb").read(), 0)
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()
             if not name.startswith("_")}
    codes = [f"{names[max(code.builtinCode, code.deprecatedBuiltinCode)]} v{code.version}"
             for code in model.operatorCodes]
    oldest = ""
    for entry in model.metadata or []:
        if entry.name == b"min_runtime_version":
            oldest = bytes(model.buffers[entry.buffer].data).rstrip(b"\0").decode()
    return sorted(codes), oldest
