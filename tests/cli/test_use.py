# SPDX-License-Identifier: Apache-2.0
"""How a model is used elsewhere: the programs that are printed must be programs."""

import ast
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import support

NANO = "cifar10-nano:int8"
HEADERS = {"tflite": "tensorflow/lite/c/c_api.h", "onnx": "onnxruntime_c_api.h",
           "saved_model": "tensorflow/c/c_api.h"}
PACKAGES = {"tflite": "ai_edge_litert", "onnx": "onnxruntime"}


def card(file_name, **change):
    """A card for a model of any format, with all that a program depends on."""
    kind = change.pop("format")
    given = {"width": 224, "height": 192, "layout": "NHWC", "color": "RGB", "mean": [1, 2.5, 3],
             "std": [4, 5, 6.5], "resize": "stretch", **change}
    return {"schema": "miev.card/1", "name": "mine", "task": "image-classification",
            "summary": "a \"model\"", "publisher": "A & B", "source": "https://host.example/a_b",
            "licence": "MIT", "labels": ["cat \"x\" \\", "dog\u2019s"] * 20, "input": given,
            "output": {"kind": "logits"},
            "files": [{"precision": "float32", "format": kind, "path": file_name, "sha256": "",
                       "bytes": 1}]}


def use(*words):
    done = support.miev("use", *words)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


class Use(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)

    def write(self, **change):
        (self.folder / "model.bin").write_bytes(b"x")
        path = self.folder / "mine.json"
        path.write_text(json.dumps(card("model.bin", **change)))
        return path

    def each(self):
        for kind, layout, color, (resize, ratio) in itertools.product(
                HEADERS, ["NHWC", "NCHW"], ["RGB", "BGR"],
                [("stretch", None), ("crop", 0.875), ("letterbox", None)]):
            more = {"crop_ratio": ratio} if ratio else {}
            yield kind, self.write(format=kind, layout=layout, color=color, resize=resize, **more)

    def test_every_program_in_python_is_one(self):
        for kind, path in self.each():
            with self.subTest(path.read_text()):
                ast.parse(use(path))

    def test_every_program_in_c_is_one_where_its_headers_are(self):
        tried = 0
        for kind, path in self.each():
            text = use(path, "--as", "c")
            self.assertEqual(text.count("{"), text.count("}"))
            there = subprocess.run(["cc", "-E", "-"], input=f"#include <{HEADERS[kind]}>\n",
                                   text=True, capture_output=True).returncode == 0
            if not there:
                continue
            tried += 1
            done = subprocess.run(["cc", "-fsyntax-only", "-Wall", "-Werror", "-x", "c", "-"],
                                  input=text, text=True, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        if tried == 0:
            self.skipTest(f"none of {', '.join(HEADERS.values())} is here")

    def test_pictures_are_prepared_as_this_program_does(self):
        """What goes into a model: the printed function against the program's own tensor."""
        try:
            import numpy
            import PIL  # noqa: F401
        except ImportError as missing:
            self.skipTest(f"{missing}: apt install python3-numpy python3-pil")
        for layout, color, (resize, ratio) in itertools.product(
                ["NHWC", "NCHW"], ["RGB", "BGR"], [("crop", 0.875), ("letterbox", None)]):
            more = {"crop_ratio": ratio} if ratio else {}
            text = use(self.write(format="onnx", layout=layout, color=color, resize=resize, **more))
            names = {}
            text = text.replace("import onnxruntime\n", "").replace("LABELS = [line", "# [line")
            exec(compile(text.split("def load(")[0], "use.py", "exec"), names)
            pixels = names["preprocess"](support.CAT)
            shape = (1, 192, 224, 3) if layout == "NHWC" else (1, 3, 192, 224)
            self.assertEqual((pixels.shape, pixels.dtype), (shape, numpy.float32))
            plain = pixels[0] if layout == "NHWC" else pixels[0].transpose(1, 2, 0)
            if resize == "letterbox":  # bars of grey 128, channel by channel
                expected = (128 - numpy.array([1, 2.5, 3])) / numpy.array([4, 5, 6.5])
                bar = plain[0, 112] if abs(plain[0, 112, 0] - expected[0]) < 1e-3 else plain[96, 0]
                numpy.testing.assert_allclose(bar, expected, rtol=1e-5)

    def test_texts_of_others_are_quoted(self):
        path = self.write(format="tflite")
        bibtex = use(path, "--as", "bibtex")
        self.assertIn(r"A \& B", bibtex)
        self.assertIn("url = {https://host.example/a_b}", bibtex)
        self.assertNotIn("author", bibtex)

    def test_a_model_that_nobody_measured_has_no_methods(self):
        with tempfile.TemporaryDirectory() as data:
            env = support.environment(MIEV_DATA=data)
            done = support.miev("use", NANO, "--as", "methods", env=env)
            self.assertEqual(done.returncode, 1)
            self.assertIn("measure it first", done.stderr)
            support.miev("run", NANO, "--input", support.CAT, "--budget", "3", "--quiet", env=env)
            done = support.miev("use", NANO, "--as", "methods", env=env)
            if done.returncode == 0:
                self.assertRegex(done.stdout, r"per inference .* from \d+ rounds")

    def test_a_file_without_a_card_is_known_by_its_newest_study(self):
        path = self.folder / "own.tflite"
        path.write_bytes((support.ROOT / "models/cifar10-nano.int8.tflite").read_bytes() + bytes(16))
        with tempfile.TemporaryDirectory() as data:
            env = support.environment(MIEV_DATA=data)
            self.assertIn("measure it first", support.miev("use", path, env=env).stderr)
            support.miev("run", path, "--input", support.CAT, "--budget", "0", "--quiet", env=env)
            done = support.miev("use", path, env=env)
            in_c = support.miev("use", path, "--as", "c", env=env).stdout
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("WIDTH, HEIGHT = 32, 32", done.stdout)
        self.assertIn("#define CLASSES 10\n", in_c)
        ast.parse(done.stdout)

    def test_wrong_words_are_refused(self):
        for words in [[], ["a", "b"], ["cifar10-nano"], [NANO, "--as", "pascal"]]:
            self.assertEqual(support.miev("use", *words).returncode, 2, words)

    def test_programs_answer_as_this_program_does(self):
        missing = [name for name in PACKAGES.values() if subprocess.run(
            [sys.executable, "-c", f"import {name}, numpy, PIL"], capture_output=True).returncode]
        if missing:
            self.skipTest(f"pip install {' '.join(missing)} numpy pillow")
        _, report = support.study(NANO, "--budget", "0")
        script = self.folder / "use.py"
        script.write_text(use(NANO))
        done = subprocess.run([sys.executable, script, support.ROOT / "models/cifar10-nano.int8.tflite",
                               support.CAT], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        for line, expected in zip(done.stdout.splitlines(), report["models"][0]["predictions"]):
            score, label = line.split(" ", 1)
            self.assertEqual(label, expected["label"])
            self.assertAlmostEqual(float(score), expected["score"], delta=0.01)


if __name__ == "__main__":
    unittest.main()
