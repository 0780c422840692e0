# SPDX-License-Identifier: Apache-2.0
"""Published ONNX models on photos, odd ones refused in a sentence, and a machine without the runtime.

The collection of models is that of test_real_models.py.
"""

import csv
import os
import pathlib
import tempfile
import unittest

import studies
import support
from studies import SHARED

STABLE = {"cat.bmp": {281, 282, 285}, "parrot.jpg": {88}, "burger.jpg": {933}}
IMAGENET = "imagenet_1000_without_background.txt"
# How a card tells each model, by the collection's MANIFEST.tsv and NOTES.md: labels, side, input,
# kind of output, and what it says of photos.
MODELS = {
    "mobilenet_v2_quant_uint8.onnx": (IMAGENET, 224, {
        "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375], "layout": "NCHW",
        "kind": "logits"}, {}),
    "squeezenet_fp16.onnx": (IMAGENET, 224, {
        "mean": [104, 117, 123], "std": [1] * 3, "layout": "NCHW", "color": "BGR"}, {}),
    "mnist.onnx": ([str(i) for i in range(10)], 28, {
        "mean": [0] * 3, "std": [1] * 3, "layout": "NCHW", "kind": "logits"},
        {"mnist_nine.bmp": "9"}),
    "resnet8_cifar10_fp32.onnx": ("cifar10.txt", 32, {"mean": [0] * 3, "std": [1] * 3}, {
        "cat.bmp": "cat", "bird.bmp": "bird", "horse-cart.jpg": "horse"}),
    "st_mobilenet_v2_0.35_128.onnx": ("flowers5.txt", 128, {
        "mean": [127.5] * 3, "std": [127.5] * 3, "layout": "NCHW"}, {
        "daisy.jpg": "daisy", "rose.jpg": "roses", "tulip.jpg": "tulips",
        "sunflower.bmp": "sunflowers"}),
    "st_mobilenet_v2_128_0.5.onnx": (["nobody", "a person"], 128, {
        "mean": [127.5] * 3, "std": [127.5] * 3, "layout": "NCHW"}, {
        "cat.bmp": "nobody", "grace_hopper.bmp": "a person", "kimono.jpg": "a person"}),
}
# What each refusal must name.
BAD = {
    "git_lfs_pointer_resnet50-v2-7.onnx": "Git LFS pointer",
    "ort_bad_names.onnx": "no version",
    "ort_corrupt-model.onnx": "a text file",
    "ort_custom_op_negpos.onnx": "custom operator 'NegPos' of 'ai.onnx.contrib'",
    "ort_model_with_invalid_ort_config_json.onnx": "shape 3 x 2, a picture",
    "ort_mul_1.noopset.onnx": "no operator set",
    "ort_test_dangling_input_segment_ids.onnx": "2 inputs",
    "ort_test_evil_weights.onnx": "'evil_weights' in another file",
}


def read_labels(labels):
    return labels if isinstance(labels, list) else (
        SHARED / "labels" / labels).read_text().splitlines()


class OnnxTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        studies.need_shared()
        studies.need_onnx_runtime()

    def assert_sentence(self, model):
        message = model["error"]["message"]
        self.assertGreaterEqual(len(message.split()), 6, message)
        self.assertNotRegex(message, r"answered nonsense|ended|signal|\.cc:")
        return message


class WithCards(OnnxTest):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.cards = {}
        for name, (labels, side, card, _) in MODELS.items():
            self.cards[name] = studies.write_card(
                holder.name, SHARED / "image" / name, read_labels(labels), side, side, **card)

    def best(self, name, photo, *options):
        status, model = studies.predict(self.cards[name], SHARED / "photos" / photo, *options)
        self.assertEqual((status, model.get("error")), (0, None), (name, photo))
        self.assertEqual(model["engine"]["name"], "onnx")
        return model["predictions"][0]

    def test_the_table_of_answers(self):
        """At most one photo in six differs, as the table's own notes allow; the stable ones are
        right."""
        with open(SHARED / "RESULTS_imagenet_photos.tsv", newline="") as file:
            rows = [row for row in csv.DictReader(file, delimiter="\t") if row["model"] in MODELS]
        self.assertEqual(len(rows), 20)
        different = 0
        for row in rows:
            got = self.best(row["model"], row["photo"])["index"]
            self.assertIn(got, STABLE.get(row["photo"], {got}), row)
            if got != int(row["top1_index_1000"]):
                different += 1
                print(f"# {row['model']} {row['photo']}: {got}, table {row['top1_index_1000']}")
        print(f"# {len(rows) - different} of {len(rows)} answers as in the table")
        self.assertLessEqual(different, len(rows) // 6)

    def test_the_other_image_models_are_right(self):
        for name, (*_, answers) in MODELS.items():
            for photo, label in answers.items():
                with self.subTest(model=name, photo=photo):
                    self.assertEqual(self.best(name, photo)["label"], label)

    def test_two_threads_answer_as_one_does(self):
        for name in MODELS:
            one, two = self.best(name, "parrot.jpg"), self.best(name, "parrot.jpg", "--threads", "2")
            self.assertEqual(one["label"], two["label"])
            self.assertAlmostEqual(one["score"], two["score"], delta=0.001)


class BareFiles(OnnxTest):
    def test_every_model_runs_or_is_refused(self):
        paths = sorted(p for p in SHARED.glob("*/*.onnx") if p.parent.name != "bad")
        self.assertGreaterEqual(len(paths), 7)
        for path in paths:
            with self.subTest(file=path.name):
                status, model = studies.predict(path, SHARED / "photos" / "cat.bmp")
                self.assertEqual(status, 0 if path.parent.name == "image" else 1)
                if status:
                    self.assert_sentence(model)
                else:
                    self.assertGreaterEqual(len(model["guesses"]), 2)

    def test_every_bad_file_is_refused_in_a_sentence(self):
        paths = sorted((SHARED / "bad").glob("*.onnx"))
        self.assertEqual({path.name for path in paths}, set(BAD))
        for path in paths:
            with self.subTest(file=path.name):
                status, model = studies.predict(path, SHARED / "photos" / "cat.bmp")
                self.assertEqual(status, 1)
                self.assertRegex(self.assert_sentence(model), BAD[path.name])

    def test_channels_first_are_taken_for_pytorchs(self):
        path = SHARED / "image/mobilenet_v2_quant_uint8.onnx"
        for photo, classes in STABLE.items():
            _, model = studies.predict(path, SHARED / "photos" / photo)
            self.assertIn(model["predictions"][0]["index"], classes)
            self.assertRegex(model["guesses"][0], "^input: .*PyTorch")

    def test_what_cannot_be_guessed_is_an_option(self):
        path = SHARED / "image/squeezenet_fp16.onnx"
        for photo, classes in STABLE.items():
            _, model = studies.predict(path, SHARED / "photos" / photo, "--normalise",
                                       "bgr:104,117,123/1")
            self.assertIn(model["predictions"][0]["index"], classes)
            self.assertEqual(model["inputs"][0]["dtype"], "float16")

    def test_memory_that_runs_out_is_refused_in_words(self):
        status, model = studies.predict(SHARED / "image/mobilenet_v2_quant_uint8.onnx",
                                        SHARED / "photos" / "cat.bmp", "--memory", "72")
        self.assertEqual(status, 1)
        self.assertRegex(model["error"]["message"], "allow more|MiB of memory allowed")

    def test_both_engines_in_one_study(self):
        paths = [SHARED / "image/resnet8_cifar10_fp32.onnx", "cifar10-nano:int8"]
        status, stderr, report = studies.ask(paths, SHARED / "photos" / "cat.bmp")
        self.assertEqual(status, 0, stderr)
        self.assertEqual([model["engine"]["name"] for model in report["models"]],
                         ["onnx", "tflite"])


class WithoutTheRuntime(unittest.TestCase):
    """A home with the bundled models and LiteRT only."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        home = pathlib.Path(holder.name)
        (home / "models").symlink_to(support.ROOT / "models")
        (home / "vendor/runtime").mkdir(parents=True)
        for library in (support.ROOT / "vendor/runtime").glob("libLiteRt*"):
            (home / "vendor/runtime" / library.name).symlink_to(library)
        self.env = support.environment(MIEV_HOME=str(home))
        self.doctor = support.miev("doctor", env=self.env).stdout
        if "onnx       found" in self.doctor:
            self.skipTest("this system has its own ONNX Runtime")

    def test_doctor_names_the_command_that_adds_it(self):
        self.assertRegex(" ".join(self.doctor.split()),
                         r"onnx unavailable: .*libonnxruntime\.so.*run scripts/fetch-runtime tensorflow")
        self.assertTrue(os.access(support.ROOT / "scripts/fetch-runtime", os.X_OK))

    def test_a_model_that_needs_it_says_so_and_the_others_run(self):
        seed = support.ROOT / "tests/fuzz/corpus/onnx/flat.onnx"
        done = support.miev("compare", seed, "cifar10-nano:int8", "--input", support.CAT,
                            "--budget", "0", "--no-history", env=self.env)
        self.assertRegex(" ".join(done.stdout.split()), "flat.onnx failed .unavailable.*"
                                                        "run scripts/fetch-runtime")
        if "tflite     found" in self.doctor:
            self.assertRegex(done.stdout, "cifar10-nano:int8 +cat|cifar10-nano:int8 +[a-z]+ [0-9]")


class Delegates(unittest.TestCase):
    def test_a_provider_that_is_not_there_is_refused_in_words(self):
        studies.need_onnx_runtime()
        for name, provider in (("cuda", "CUDAExecutionProvider"), ("warp", "no delegate 'warp'")):
            _, model = studies.predict("tests/fuzz/corpus/onnx/flat.onnx", studies.PHOTO,
                                       "--delegate", name)
            self.assertRegex(model["error"]["message"], provider)
