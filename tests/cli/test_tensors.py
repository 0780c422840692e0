# SPDX-License-Identifier: Apache-2.0
"""Each type, order and shape of a picture tensor, with models that answer what they were fed."""

import math
import pathlib
import subprocess
import tempfile
import unittest

import studies
import tiny_onnx
import tiny_tflite

WIDTH, HEIGHT = 3, 2
# Eighteen values that all differ, so that every place of the tensor can be told.
PICTURE = [[(10, 200, 31), (96, 52, 143), (230, 11, 87)],
           [(4, 172, 255), (61, 119, 38), (150, 77, 214)]]
TYPES = {"float32": None, "float16": None, "uint8": (1 / 255, 0), "int8": (1 / 255, -128)}


def in_order(channels_first, bgr=False):
    channels = [2, 1, 0] if bgr else [0, 1, 2]
    pixels = [pixel for row in PICTURE for pixel in row]
    if channels_first:
        return [pixel[c] for c in channels for pixel in pixels]
    return [pixel[c] for pixel in pixels for c in channels]


def luma(pixel):
    return (pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16


def softmax(values):
    parts = [math.exp(v) for v in values]
    return [part / sum(parts) for part in parts]


class Tensors:
    """For one format: writer makes its models, named with this suffix."""

    def setUp(self):
        self.need_runtime()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.picture = self.folder / "picture.bmp"
        studies.write_bmp(self.picture, PICTURE)

    def answer(self, dtype, shape, card=None, labels=18):
        """Exit status and report of a model of this input, with a card when one is given."""
        path = self.folder / f"model_{dtype}_{'x'.join(map(str, shape))}{self.suffix}"
        path.write_bytes(self.writer.flatten_model(dtype, shape, TYPES.get(dtype)))
        if card is None:
            return studies.predict(path, self.picture)
        words = [f"number {i}" for i in range(labels)]
        card = {"height": HEIGHT, "width": WIDTH, **card}
        return studies.predict(studies.write_card(self.folder, path, words, **card), self.picture)

    def assert_best(self, outcome, values):
        """The five best answers are the five largest of these values, each at its place."""
        status, model = outcome
        self.assertEqual((status, model.get("error")), (0, None))
        best = sorted(range(len(values)), key=lambda i: -values[i])[:5]
        self.assertEqual([p["index"] for p in model["predictions"]], best)
        for p in model["predictions"]:
            self.assertAlmostEqual(p["score"], values[p["index"]], delta=0.001)

    def refusal(self, outcome):
        status, model = outcome
        self.assertEqual(status, 1, model)
        return model["error"]["message"]

    def test_every_type_in_either_order(self):
        for dtype in TYPES:
            for layout, shape in (("NHWC", [1, HEIGHT, WIDTH, 3]), ("NCHW", [1, 3, HEIGHT, WIDTH])):
                for color in ("RGB", "BGR"):
                    with self.subTest(dtype=dtype, layout=layout, color=color):
                        values = in_order(layout == "NCHW", color == "BGR")
                        outcome = self.answer(dtype, shape, {"layout": layout, "color": color})
                        self.assert_best(outcome, [x / 255 for x in values])
                        self.assertEqual(outcome[1]["inputs"][0]["dtype"], dtype)

    def test_logits_become_probabilities(self):
        for dtype in ("float32", "float16"):
            with self.subTest(dtype=dtype):
                card = {"mean": [127.5] * 3, "std": [25.5] * 3, "kind": "logits"}
                logits = [(x - 127.5) / 25.5 for x in in_order(False)]
                self.assert_best(self.answer(dtype, [1, HEIGHT, WIDTH, 3], card), softmax(logits))

    def test_grey_pictures(self):
        grey = [luma(pixel) / 255 for row in PICTURE for pixel in row]
        for layout, shape in (("NHWC", [1, HEIGHT, WIDTH, 1]), ("NCHW", [1, 1, HEIGHT, WIDTH]),
                              ("NHWC", [1, HEIGHT, WIDTH]), ("NHWC", [1, -1, -1])):
            with self.subTest(shape=shape):
                card = {"layout": layout}
                self.assert_best(self.answer("float32", shape, card, labels=6), grey)

    def test_open_dimensions_come_from_the_card(self):
        for layout, shape in (("NHWC", [1, -1, -1, 3]), ("NHWC", [-1, -1, -1, -1]),
                              ("NCHW", [1, 3, -1, -1]), ("NCHW", [-1, -1, -1, -1]),
                              ("NHWC", [-1, HEIGHT, WIDTH, 3])):
            with self.subTest(layout=layout, shape=shape):
                outcome = self.answer("float32", shape, {"layout": layout})
                self.assert_best(outcome, [x / 255 for x in in_order(layout == "NCHW")])
                self.assertEqual(outcome[1]["inputs"][0]["shape"],
                                 [1, 3, HEIGHT, WIDTH] if layout == "NCHW" else
                                 [1, HEIGHT, WIDTH, 3])

    def test_open_dimensions_without_a_card_are_refused(self):
        for shape, word in (([1, -1, -1, 3], "height"), ([1, 3, HEIGHT, -1], "width"),
                            ([1, -1, -1, -1], "channels")):
            with self.subTest(shape=shape):
                message = self.refusal(self.answer("float32", shape))
                self.assertRegex(message, word)
                self.assertRegex(message, "card")

    def test_a_card_of_another_file_is_refused(self):
        message = self.refusal(self.answer("float32", [1, HEIGHT, WIDTH + 1, 3], {}, labels=24))
        self.assertRegex(message, "a width of 3, the model file has 4")
        message = self.refusal(self.answer("float32", [1, HEIGHT, WIDTH, 3], {}, labels=17))
        self.assertRegex(message, "17 labels, the model 18 outputs")

    def test_what_is_no_picture_is_refused(self):
        for dtype, shape, words in (("float32", [1, 6], r"1 x 6.*picture"),
                                    ("float32", [6], "shape 6, a picture"),
                                    ("float32", [1, 96, 64], "1 x 96 x 64.*grey.*card"),
                                    ("float32", [1, 1, 2, 3, 3], "1 x 1 x 2 x 3 x 3"),
                                    ("float32", [1, 2, 3, 5], "1 x 2 x 3 x 5"),
                                    ("float32", [4, 2, 3, 3], "4 x 2 x 3 x 3"),
                                    ("int32", [1, 2, 3, 3], "int32, not a picture"),
                                    ("string", [1, 2, 3, 3], "strings")):
            with self.subTest(dtype=dtype, shape=shape):
                self.assertRegex(self.refusal(self.answer(dtype, shape)), words)

    def test_the_picture_is_told_even_if_no_model_takes_it(self):
        path = self.folder / f"none{self.suffix}"
        path.write_bytes(self.writer.flatten_model("float32", [1, 6]))
        words = [studies.MIEV, "run", str(path), "--input", str(self.picture), "--budget", "0"]
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"\Apicture\.bmp \(3 x 2 bmp\) on ")


class TfliteTensors(Tensors, unittest.TestCase):
    writer, suffix, need_runtime = tiny_tflite, ".tflite", staticmethod(studies.need_runtime)


class OnnxTensors(Tensors, unittest.TestCase):
    writer, suffix, need_runtime = tiny_onnx, ".onnx", staticmethod(studies.need_onnx_runtime)
