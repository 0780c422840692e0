# SPDX-License-Identifier: Apache-2.0
"""`miev probe`: what is learnt is judged by pictures that it was not learnt from."""

import json
import os
import pathlib
import random
import re
import shutil
import sys
import tarfile
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import studies
import support
import tiny_onnx

try:
    import jsonschema
except ImportError:
    jsonschema = None

NANO, SMALL = "cifar10-nano:int8", "cifar10-small:float32"
SHARED = pathlib.Path(os.environ.get("MIEV_SHARED", "../shared"))
ARCHIVE = SHARED / "datasets/cifar10-jpeg.tar.gz"


def setUpModule():
    if not support.find_runtime():
        raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")


def schema_of(definition=None):
    """docs/probe.schema.json with what it takes from those of a study and of an evaluation."""
    docs = support.ROOT / "docs"
    parts = {}
    for name in ("report", "eval", "probe"):
        text = (docs / f"{name}.schema.json").read_text()
        for other in ("report", "eval"):
            text = text.replace(f"{other}.schema.json#", "#")
        parts[name] = json.loads(text)
    definitions = {}
    for part in parts.values():
        definitions.update(part["$defs"])
    whole = {"$ref": f"#/$defs/{definition}"} if definition else parts["probe"]
    return {**whole, "$defs": definitions}


def stripes(number, kind):
    """A picture of 8 x 8: stripes that lie or stand, of a hue that no other number has."""
    hue = (number * 53 % 256, number * 101 % 256, number * 29 % 256)
    dark = tuple(part // 4 for part in hue)
    return [[hue if (x if kind else y) // 2 % 2 else dark for x in range(8)] for y in range(8)]


class ProbeTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.data = self.folder / "data"

    def picture(self, name, number, kind):
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        studies.write_bmp(path, stripes(number, kind))

    def make_stripes(self, per_class=20):
        for kind, label in enumerate(("lying", "standing")):
            for i in range(per_class):
                self.picture(f"{label}/{i}.bmp", 2 * i + kind, kind)

    def probe(self, *words, models=(NANO,), budget=0):
        """(finished program, report or None)"""
        path = self.folder / "report.json"
        path.unlink(missing_ok=True)
        done = support.miev("probe", *models, "--dataset", self.data, "--budget", budget, "--json",
                            path, *words)
        if not path.exists():
            return done, None
        report = json.loads(path.read_text())
        self.validate(report, schema_of())
        for model in report["models"]:
            if "error" not in model:
                self.check_model(model)
        return done, report

    def validate(self, document, schema):
        if jsonschema is not None:
            validator = jsonschema.Draft202012Validator(schema)
            wrong = [inner for e in validator.iter_errors(document) for inner in e.context or [e]]
            self.assertEqual([f"{e.json_path}: {e.message[:200]}" for e in wrong], [])

    def check_model(self, model):
        """The same answers, counted by class and by cell."""
        accuracy = model["accuracy"]
        self.assertEqual(sum(c["images"] for c in model["classes"]), accuracy["images"])
        self.assertEqual(sum(c["top1"]["right"] for c in model["classes"]), accuracy["right"])
        self.assertEqual(sum(c["images"] for c in model["confusion"]), accuracy["images"])
        self.assertEqual(sum(c["images"] for c in model["confusion"]
                             if c["class"] == c["predicted"]), accuracy["right"])
        self.assertLessEqual(accuracy["top1_low"], accuracy["top1"])
        self.assertLessEqual(accuracy["top1"], accuracy["top1_high"])

    def refused(self, told, *words, **more):
        done, report = self.probe(*words, **more)
        self.assertNotEqual(done.returncode, 0)
        messages = [m["error"]["message"] for m in report["models"]] if report else []
        self.assertIn(told, " ".join([done.stderr, *messages]))


class LearningTest(ProbeTest):
    def test_what_a_model_never_learnt_is_told_apart(self):
        self.make_stripes()
        done, report = self.probe(models=[NANO, SMALL])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([m["features"]["length"] for m in report["models"]], [64, 128])
        for model in report["models"]:
            self.assertEqual(model["accuracy"]["images"], 40)
            self.assertGreaterEqual(model["accuracy"]["right"], 36, model["name"])
            self.assertGreater(model["training"]["seconds"], 0)
            self.assertEqual(len(model["validation"]["c"]), 5)
            self.assertEqual(model["energy"]["method"], "unavailable")
        self.assertEqual(len(report["pairs"]), 1)

    def test_the_same_seed_says_the_same(self):
        self.make_stripes()
        _, first = self.probe("--seed", 3)
        _, again = self.probe("--seed", 3, "--decoders", 2)
        self.assertEqual(first["models"][0]["confusion"], again["models"][0]["confusion"])

    def test_labels_by_chance_are_right_by_chance(self):
        """A classifier that had seen what it is judged by would know them by heart: 64 features of
        40 pictures. Half of 80 within four standard deviations, by a fixed draw."""
        draw = random.Random(8)
        numbers = list(range(80))
        draw.shuffle(numbers)
        for i, number in enumerate(numbers):
            self.picture(f"{'ab'[i % 2]}/{number}.bmp", number, number % 2)
        _, report = self.probe()
        self.assertLess(abs(report["models"][0]["accuracy"]["right"] - 40), 18)

    def test_a_part_can_be_held_out(self):
        self.make_stripes()
        done, report = self.probe("--holdout", 0.25)
        self.assertEqual(done.returncode, 0, done.stderr)
        accuracy = report["models"][0]["accuracy"]
        self.assertEqual([c["images"] for c in report["models"][0]["classes"]], [5, 5])
        self.assertEqual(accuracy["split"], "0.25 held out")
        self.assertIsNone(report["settings"]["folds"])
        self.assertEqual(len(report["remarks"]), 1)
        self.assertIn("10 images are few", " ".join(done.stdout.split()))

    def test_copies_do_not_lead_to_themselves(self):
        """The same bytes count once, and not at all where two classes have them."""
        self.make_stripes()
        for i in range(5):
            shutil.copy(self.data / f"lying/{i}.bmp", self.data / f"lying/copy-{i}.bmp")
        shutil.copy(self.data / "lying/9.bmp", self.data / "standing/also.bmp")
        done, report = self.probe()
        self.assertEqual(report["dataset"]["copies"], 5)
        self.assertEqual(report["dataset"]["contradictory"], 2)
        self.assertEqual(report["models"][0]["accuracy"]["images"], 39)
        self.assertIn("5 files are the same", " ".join(done.stdout.split()))

    def test_pictures_that_cannot_be_decoded_are_left_out(self):
        self.make_stripes()
        (self.data / "lying/3.bmp").write_bytes(b"BM nothing")
        done, report = self.probe()
        self.assertEqual(done.returncode, 0, done.stderr)
        model = report["models"][0]
        self.assertEqual(model["accuracy"]["images"], 39)
        self.assertEqual(model["not_evaluated"]["first"][0]["image"], "lying/3.bmp")

    def test_what_was_learnt_can_be_used_elsewhere(self):
        """Scores of one's own model's features, by nothing but the file."""
        self.make_stripes()
        path = self.folder / "weights.json"
        done, report = self.probe("--save", path, models=[NANO, SMALL])
        self.assertEqual(done.returncode, 0, done.stderr)
        saved = json.loads(path.read_text())
        self.assertNotIn("probes", report)
        self.assertEqual([p["model"] for p in saved["probes"]],
                         [m["name"] for m in report["models"]])
        for probe, model in zip(saved["probes"], report["models"]):
            self.validate(probe, schema_of("probe_weights"))
            self.assertEqual(probe["sha256"], model["sha256"])
            self.assertEqual(probe["classes"], ["lying", "standing"])
            self.assertEqual([len(row) for row in probe["weights"]],
                             [model["features"]["length"]] * 2)
            # Of two classes one score is the other's negative.
            for a, b in zip(*probe["weights"]):
                self.assertAlmostEqual(a, -b, delta=1e-12)

    def test_the_saved_weights_classify_by_themselves(self):
        """Of a model whose features are the pixels that went in."""
        self.make_stripes()
        model, path = self.folder / "flat.onnx", self.folder / "weights.json"
        model.write_bytes(tiny_onnx.flatten_model("float32", [1, 3, 8, 8]))
        done, _ = self.probe("--features", "output", "--save", path, models=[model])
        self.assertEqual(done.returncode, 0, done.stderr)
        probe = json.loads(path.read_text())["probes"][0]
        mean, std = probe["preprocessing"]["mean"], probe["preprocessing"]["std"]
        right = 0
        for kind in range(2):
            for i in range(20):
                rows = stripes(2 * i + kind, kind)
                pixels = [(row[x][c] - mean[c]) / std[c] for c in range(3) for row in rows
                          for x in range(8)]
                scores = [sum(w * p for w, p in zip(weights, pixels)) + bias
                          for weights, bias in zip(probe["weights"], probe["biases"])]
                right += scores.index(max(scores)) == kind
        self.assertGreaterEqual(right, 38)

    def test_an_inference_has_joules_and_grams(self):
        self.make_stripes()
        done, report = self.probe("--zone", "KR", models=[NANO, SMALL], budget=6)
        self.assertEqual(done.returncode, 0, done.stderr)
        for model in report["models"]:
            if model["energy"]["method"] == "unavailable":
                self.skipTest("too busy a machine: " + model["energy"]["reason"])
            self.assertGreater(model["footprint"]["per_inference_g"]["value"], 0)
        front = report["pareto"][0]
        self.assertEqual(front["split"], "5 folds")
        self.assertEqual({m["name"] for m in front["models"]}, {NANO, SMALL})


class ShowTest(ProbeTest):
    def test_tables_fit_their_terminal(self):
        self.make_stripes()
        for columns in (80, 120):
            with self.subTest(columns=columns):
                status, shown = support.on_terminal("probe", NANO, SMALL, "--dataset", self.data,
                                                    "--budget", 0, columns=columns)
                self.assertEqual(status, 0, shown)
                self.assertIn("learning from " + NANO, shown)
                plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.replace("\r", "\n"))
                self.assertLessEqual(max(map(len, plain.splitlines())), columns)
                self.assertIn("No joules of an inference", plain)

    def test_ctrl_c_gives_the_report_so_far(self):
        self.make_stripes()
        done = support.interrupted_after(2, "probe", NANO, "--dataset", self.data, "--budget", 600)
        self.assertEqual(done.returncode, 130, done.stderr)
        self.assertIn(NANO, done.stdout)


class RefusalTest(ProbeTest):
    def test_too_few_pictures_of_a_class_are_refused(self):
        self.make_stripes(per_class=4)
        self.refused("class lying has 4 different images that can be used, and 5 are needed")
        self.make_stripes(per_class=8)
        self.refused("10 are needed", "--folds", 10)

    def test_one_class_is_none(self):
        for i in range(10):
            self.picture(f"only/{i}.bmp", i, 0)
        self.refused("1 class")

    def test_too_few_that_can_be_decoded_fail_the_model(self):
        self.make_stripes(per_class=5)
        (self.data / "lying/3.bmp").write_bytes(b"BM nothing")
        self.refused("class lying has 4 different images")

    def test_a_model_without_a_last_layer_says_what_else_can_be_done(self):
        self.make_stripes()
        model = self.folder / "flat.onnx"
        model.write_bytes(tiny_onnx.flatten_model("float32", [1, 3, 8, 8]))
        self.refused("--features output", models=[model])
        done, report = self.probe("--features", "output", models=[model])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(report["models"][0]["features"]["length"], 3 * 8 * 8)
        self.assertEqual(report["models"][0]["features"]["from"], "output")

    def test_wrong_words_are_refused(self):
        done = support.miev("probe", NANO)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--dataset DIR is missing", done.stderr)
        self.make_stripes(per_class=2)
        for words in (("--folds", 1), ("--holdout", 0.9), ("--features", "some")):
            done, _ = self.probe(*words)
            self.assertEqual(done.returncode, 2, words)


class CifarTest(ProbeTest):
    """Photos that the bundled models have not been trained on."""

    def unpack(self, classes, per_class):
        if not ARCHIVE.exists():
            self.skipTest(f"no {ARCHIVE}: set MIEV_SHARED")
        wanted = {label: per_class for label in classes}
        with tarfile.open(ARCHIVE) as tar:
            for member in tar:
                parts = pathlib.PurePath(member.name).parts
                if member.isfile() and parts[-3:-2] == ("test",) and wanted.get(parts[-2], 0) > 0:
                    wanted[parts[-2]] -= 1
                    target = self.data / parts[-2] / parts[-1]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(tar.extractfile(member).read())

    def test_its_features_do_not_lose_what_a_model_knows(self):
        """Three of its ten classes: told apart at least as well as the model itself does."""
        self.unpack(["cat", "dog", "ship"], 60)
        _, probed = self.probe(models=[SMALL])
        path = self.folder / "eval.json"
        done = support.miev("eval", SMALL, "--dataset", self.data, "--state", self.folder / "state",
                            "--json", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        own = json.loads(path.read_text())["models"][0]["top1"]["right"]
        self.assertGreaterEqual(probed["models"][0]["accuracy"]["right"], own)

    def test_models_of_both_formats_are_probed_on_photos(self):
        """ImageNet's features know ships from frogs."""
        models = [SHARED / "models/image" / name for name in (
            "mobilenet_v1_0.25_128_float.tflite", "mobilenet_v2_quant_uint8.onnx")]
        if not models[0].exists():
            self.skipTest(f"no {models[0]}: set MIEV_SHARED")
        self.unpack(["frog", "ship"], 20)
        done, report = self.probe(models=models)
        self.assertEqual(done.returncode, 0, done.stderr)
        for model in report["models"]:
            self.assertGreaterEqual(model["accuracy"]["right"], 32, model["name"])


if __name__ == "__main__":
    unittest.main()
