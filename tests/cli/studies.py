# SPDX-License-Identifier: Apache-2.0
"""What tests of whole predictions share: cards, pictures, and the program asked for an answer."""

import json
import os
import pathlib
import struct
import subprocess
import unittest

MIEV = os.environ["MIEV_EXE"]
SHARED = pathlib.Path(os.environ.get("MIEV_SHARED", "../shared")).resolve() / "models"
PHOTO = pathlib.Path("models/photos/cat-chelsea.png")
DIED = 124  # of a process that a signal ended, or that did not end: never right


def need_shared():
    if not SHARED.is_dir():
        raise unittest.SkipTest(f"no models at {SHARED}: set MIEV_SHARED")


def need_runtime(model="cifar10-nano:int8"):
    """The engine of this model on this machine, or a skip that says what it lacks."""
    error = predict(model, PHOTO)[1].get("error", {})
    if error.get("code") == "unavailable":
        raise unittest.SkipTest(error["message"])


def need_onnx_runtime():
    need_runtime("tests/fuzz/corpus/onnx/flat.onnx")


def ask(models, picture, *options):
    """Exit status, standard error and the report (None when there is no JSON)."""
    words = [MIEV, "run" if len(models) == 1 else "compare", *map(str, models)]
    words += ["--input", str(picture), "--budget", "0", "--json", "-", *options]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return DIED, "", None
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = None
    return DIED if done.returncode < 0 else done.returncode, done.stderr, report


def predict(model, picture, *options):
    """Exit status and the model's part of the report."""
    status, stderr, report = ask([model], picture, *options)
    if report is None:
        raise AssertionError(f"{model}: exit status {status} and no report: {stderr}")
    return status, report["models"][0]


def write_card(folder, model, labels, height, width, **more):
    """Write a card beside a link to the model; more overrides keys of "input", and "kind"."""
    folder, model = pathlib.Path(folder), pathlib.Path(model)
    link = folder / model.name
    if not link.exists():
        link.symlink_to(model.resolve())
    kind = more.pop("kind", "probabilities")
    fields = {"width": width, "height": height, "layout": "NHWC", "color": "RGB",
              "mean": [0, 0, 0], "std": [255, 255, 255], "resize": "stretch"}
    card = {"schema": "miev.card/1", "name": model.stem, "task": "image-classification",
            "summary": "of a test", "publisher": "a test", "source": "a test", "licence": "unknown",
            "labels": labels, "input": {**fields, **more}, "output": {"kind": kind},
            "files": [{"precision": "as-is", "path": model.name, "bytes": model.stat().st_size,
                       "sha256": ""}], "accuracy": []}
    path = folder / (model.name + ".json")
    path.write_text(json.dumps(card))
    return path


def write_bmp(path, rows):
    """rows of (red, green, blue), top to bottom."""
    height, width = len(rows), len(rows[0])
    pad = bytes(-3 * width % 4)
    pixels = b"".join(b"".join(bytes(p[::-1]) for p in row) + pad for row in reversed(rows))
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    path.write_bytes(b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + head + pixels)
