# SPDX-License-Identifier: Apache-2.0
"""Convert a trained model to float32 and int8 .tflite and check both: export.py cifar10-nano

Everything is judged on the validation images. An export that differs from the trained
model, that loses more than 1.5 points in int8, or that a TFLite 2.9 could not read, fails.
"""
import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow as tf

import card
import data
import lite
import nets

CALIBRATION_SEED, CALIBRATION_IMAGES = 20240602, 1000
MAX_LOSS = 0.015
OLDEST_RUNTIME = (2, 9, 0)


def convert(model, calibration):
    """The bytes of a .tflite; int8 from input to output when there is calibration data."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if calibration is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[None]] for image in calibration)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return converter.convert()


def weights_of(name):
    return str(data.WORK / f"{name}.weights.h5")


def calibration_images():
    (x, _), _ = data.load_split()
    pick = np.random.default_rng(CALIBRATION_SEED).choice(len(x), CALIBRATION_IMAGES, False)
    return data.normalise(x[pick])


def check_format(path):
    codes, oldest = lite.operators(path)
    if tuple(map(int, oldest.split("."))) > OLDEST_RUNTIME:
        raise SystemExit(f"{path.name} needs TFLite {oldest}")
    if not lite.resizes(path):
        raise SystemExit(f"{path.name} cannot be resized to another batch")
    print(f"{path.name}: {path.stat().st_size} bytes, {', '.join(codes)}, since TFLite {oldest}")


def check_answers(name):
    """Compare both files with the trained model; the validation rows of the card."""
    _, (x, y) = data.load_split()
    x = data.normalise(x)
    model = nets.build(name)
    model.load_weights(weights_of(name))
    trained = model.predict(x, batch_size=500, verbose=0)
    rows, top = [], {}
    for precision in card.PRECISIONS:
        top[precision] = lite.predict(card.file_of(name, precision), x).argmax(1)
        right = int(np.sum(top[precision] == y))
        rows.append(card.accuracy(precision, "validation", right, len(y), "export.py"))
        same = np.mean(top[precision] == trained.argmax(1))
        print(f"{name} {precision}: validation {right / len(y):.4f}, as trained {same:.4f}")
    if np.mean(top["float32"] == trained.argmax(1)) < 0.999:
        raise SystemExit("the float32 file does not answer like the trained model")
    if rows[0]["top1"] - rows[1]["top1"] > MAX_LOSS:
        raise SystemExit("int8 loses too much")
    return rows


def summary(name, parameters, macs):
    kind = "residual network" if any("r" in t for _, t in nets.FAMILY[name]["stages"]) \
        else "convolutional network"
    layers = sum(isinstance(layer, tf.keras.layers.Conv2D) for layer in nets.build(name).layers)
    return (f"Plain {kind} with {layers} 3x3 convolutions, {parameters} parameters, "
            f"{macs / 1e6:.2f} MMAC")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=sorted(nets.FAMILY))
    name = parser.parse_args().name
    model = nets.build(name, batch=1, softmax=True)
    model.load_weights(weights_of(name))
    for precision in card.PRECISIONS:
        calibration = calibration_images() if precision == "int8" else None
        path = card.file_of(name, precision)
        path.write_bytes(convert(model, calibration))
        check_format(path)
    rows = check_answers(name)
    parameters, macs = nets.count_parameters(model), nets.count_macs(model)
    card.save(card.describe(name, summary(name, parameters, macs), parameters, macs, rows))
    card.write_sums()


if __name__ == "__main__":
    main()
