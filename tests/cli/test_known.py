# SPDX-License-Identifier: Apache-2.0
"""Models that are known by their address, those that were pulled, and the list of all."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

import support
from support import CAT, ROOT, miev

SHARED = pathlib.Path(os.environ.get("MIEV_SHARED", "../shared")).resolve() / "models"
NANO = ROOT / "models/cifar10-nano.int8.tflite"


def card(name, *files, **more):
    """A card of a model that takes what the bundled ones take."""
    own = json.loads((ROOT / "models/cifar10-nano.json").read_text())
    return {**own, "name": name, "accuracy": [], "files": list(files), **more}


def far(precision, **more):
    return {"precision": precision, "format": "tflite", "address": "hf:someone/net@0123:net.tflite",
            "verified": False, **more}


class Home(unittest.TestCase):
    """An installation with one bundled and one known model, and a depot."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name, "home")
        self.depot = pathlib.Path(folder.name, "depot")
        (self.home / "models/known").mkdir(parents=True)
        for made in ("cards", "blobs"):
            (self.depot / made).mkdir(parents=True)
        for file in (ROOT / "models").glob("cifar10-nano.*"):
            shutil.copy(file, self.home / "models")
        (self.home / "vendor").symlink_to(ROOT / "vendor")
        self.env = support.environment(MIEV_HOME=str(self.home), MIEV_MODELS=str(self.depot))
        self.know(card("far", far("float32"), far("int8")))

    def know(self, known):
        path = self.home / "models/known" / (known["name"] + ".json")
        path.write_text(json.dumps(known))

    def pull(self, name, precision, content=None):
        """What `miev pull` leaves behind."""
        content = content or NANO.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        (self.depot / "blobs" / sha256).write_bytes(content)
        here = {"precision": precision, "format": "tflite", "path": "../blobs/" + sha256,
                "sha256": sha256, "bytes": len(content)}
        path = self.depot / "cards" / (name + ".json")
        more = json.loads(path.read_text())["files"] if path.exists() else []
        path.write_text(json.dumps(card(name, here, *more)))

    def miev(self, *words):
        return miev(*words, env=self.env)


class Selection(Home):
    def test_a_model_that_is_not_here_is_refused_with_what_brings_it(self):
        for words, named in ((["far"], "far"), (["far:int8"], "far:int8"),
                             (["far", "--precision=int8"], "far:int8"),
                             (["cifar10-nano", "far"], "far")):
            done = self.miev("compare", *words, "--input", CAT, "--budget=0")
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr, f"miev: {named} is not on this machine: "
                                          f"`miev pull {named}` brings it\n")

    def test_a_precision_that_it_never_had_is_no_matter_of_pulling(self):
        done = self.miev("compare", "far:float16", "--input", CAT, "--budget=0")
        self.assertIn("far has no float16 file; it has float32, int8", done.stderr)

    def test_what_was_pulled_is_measured_by_its_name(self):
        if not support.find_runtime():
            self.skipTest("no model runs here")
        self.pull("far", "int8")
        self.pull("mine", "int8")
        for name in ("far", "far:int8", "mine"):
            status, report = support.study(name, "--budget=0", command="run",
                                           env=self.env)
            self.assertEqual(status, 0)
            self.assertEqual([m["name"] for m in report["models"]], [name.split(":")[0] + ":int8"])
        self.assertIn("far:float32 is not on this machine", self.miev(
            "run", "far:float32", "--input", CAT, "--budget=0").stderr)

    def test_without_words_the_bundled_ones_alone_are_compared(self):
        if not support.find_runtime():
            self.skipTest("no model runs here")
        self.pull("mine", "int8")
        status, report = support.study("--budget=0", env=self.env)
        self.assertEqual(status, 0)
        self.assertEqual([m["name"] for m in report["models"]],
                         ["cifar10-nano:float32", "cifar10-nano:int8"])


class Models(Home):
    """`miev models` of a home with more models."""

    def setUp(self):
        super().setUp()
        data = tempfile.TemporaryDirectory()
        self.addCleanup(data.cleanup)
        self.env["MIEV_DATA"] = data.name
        figure = {"dataset": "ImageNet-1k", "split": "validation", "images": 50000,
                  "source": "the tests"}
        self.know(card("photo-small", far("float32", bytes_about=3400000, format="onnx"),
                       publisher="Somebody Else",
                       accuracy=[{**figure, "precision": "float32", "top1": 0.708}]))
        self.know(card("photo-large", far("float32", bytes=90000000), far("int8", bytes=20000000),
                       accuracy=[{**figure, "precision": "float32", "top1": 0.804},
                                 {**figure, "precision": "int8", "top1": 0.79}]))

    def listed(self, *words):
        """The names in the order of the table, and what is said below it."""
        done = self.miev("models", *words)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        lines = done.stdout.splitlines()
        rows = [line.split()[0] for line in lines[1:] if re.match(r"[\w.-]+:\w+ ", line)]
        return rows, " ".join(lines[1 + len(rows):])

    def row(self, name, *words):
        lines = self.miev("models", *words).stdout.splitlines()
        return [line for line in lines if line.startswith(name + " ")][0]

    def test_what_is_here_is_listed_and_the_rest_is_counted(self):
        rows, below = self.listed()
        self.assertEqual(rows, ["cifar10-nano:float32", "cifar10-nano:int8"])
        self.assertIn("3 more can be pulled: 'miev models --all' lists them", below)
        self.pull("far", "int8")
        rows, below = self.listed("--here")
        self.assertIn("far:int8", rows)
        self.assertNotIn("far:float32", rows)
        self.assertIn("2 more can be pulled", below)

    def test_all_are_listed_with_what_they_are(self):
        self.pull("far", "int8")
        rows, below = self.listed("--all")
        self.assertEqual(len(rows), 7)
        self.assertIn("unverified: nobody has pulled that file yet. 'miev pull NAME' brings", below)
        self.assertNotIn("more can be pulled", below)
        for name, what in (("cifar10-nano:int8", "bundled"), ("far:int8", "pulled"),
                           ("far:float32", "unverified")):
            self.assertIn(f"  {what}  ", self.row(name, "--all"))

    def test_a_file_whose_hash_is_known_is_not_unverified(self):
        self.know(card("pinned", far("int8", sha256="0" * 64, verified=True)))
        self.assertIn("  known  ", self.row("pinned:int8", "--all"))

    def test_a_search_looks_at_all_models_whatever_the_case(self):
        self.assertEqual(self.listed("--search", "PHOTO")[0],
                         ["photo-large:float32", "photo-large:int8", "photo-small:float32"])
        self.assertEqual(self.listed("--search", "somebody")[0], ["photo-small:float32"])
        self.assertEqual(self.listed("--search", "onnx")[0], ["photo-small:float32"])
        self.assertEqual(self.listed("--search", "imagenet", "--max-mb", "30")[0],
                         ["photo-large:int8", "photo-small:float32"])
        self.assertEqual(len(self.listed("--task", "image-classification")[0]), 7)

    def test_a_search_of_what_is_here_looks_nowhere_else(self):
        done = self.miev("models", "--here", "--search", "photo")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such model is here: 'miev models --all' lists", done.stderr)
        done = self.miev("models", "--search", "speech")
        self.assertEqual((done.returncode, done.stderr), (1, "miev: no such model is known\n"))

    def test_files_of_unknown_size_are_counted_not_guessed(self):
        rows, below = self.listed("--max-mb", "3.4", "--sort", "size")
        self.assertEqual(rows, ["cifar10-nano:int8", "cifar10-nano:float32", "photo-small:float32"])
        self.assertIn("2 files of unknown size are left out", below)
        self.assertIn("  ~3.40  ", self.row("photo-small:float32", "--all"))

    def test_orders(self):
        by_size = self.listed("--all", "--sort", "size")[0]
        self.assertEqual(by_size, ["cifar10-nano:int8", "cifar10-nano:float32",
                                   "photo-small:float32", "photo-large:int8",
                                   "photo-large:float32", "far:float32", "far:int8"])
        by_name = self.listed("--all", "--sort", "name")[0]
        self.assertEqual(by_name, sorted(by_name))
        # Within a data set, the one without a figure last.
        by_accuracy = self.listed("--all", "--sort", "accuracy")[0]
        self.assertEqual(by_accuracy[2:5], ["photo-large:float32", "photo-large:int8",
                                            "photo-small:float32"])
        self.assertEqual({name.split(":")[0] for name in by_accuracy[:2]}, {"cifar10-nano"})
        self.assertEqual(by_accuracy[5:], ["far:float32", "far:int8"])

    def test_carbon_is_what_this_machine_measured_last(self):
        if not support.find_runtime():
            self.skipTest("no model runs here")
        self.assertNotIn("CO2e", self.miev("models").stdout)
        done = self.miev("compare", "cifar10-nano:int8", "--input", CAT, "--budget=6")
        self.assertEqual(done.returncode, 0)
        report = json.loads(self.miev("history", "export", "last").stdout)
        grams = report["models"][0]["footprint"]["per_inference_g"]["value"]
        head = self.miev("models").stdout.splitlines()[0]
        unit = re.search(r"(\S+) CO2e/million", head)[1]
        cell = float(self.row("cifar10-nano:int8").split()[5])
        self.assertAlmostEqual(cell * {"ng": 1e-9, "µg": 1e-6, "ug": 1e-6, "mg": 1e-3, "g": 1}[unit],
                               grams * 1e6, delta=grams * 1e6 * 0.01)
        rows, _ = self.listed("--all", "--sort", "carbon")
        self.assertEqual(rows[0], "cifar10-nano:int8")
        self.assertEqual(self.row("far:int8", "--all").split()[3], "-")

    def test_wrong_words_are_refused(self):
        for words, said in ((["--sort", "weight"], "--sort weight"),
                            (["--task", "speech"], "--task speech"),
                            (["--here", "--all"], "--here and --all"),
                            (["--max-mb", "0"], "--max-mb")):
            done = self.miev("models", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)

    def test_a_broken_card_of_the_depot_is_told_and_left_out(self):
        (self.depot / "cards/broken.json").write_text("{}")
        done = self.miev("models")
        self.assertEqual(done.returncode, 0)
        self.assertIn("cifar10-nano:int8", done.stdout)
        self.assertRegex(done.stderr, r"^miev: 1 card of pulled models is left out: .*broken.json")

    def test_the_whole_catalog_fits_common_terminals(self):
        env = support.environment(MIEV_DATA=self.env["MIEV_DATA"], TERM="dumb")
        for columns in (80, 120):
            status, shown = support.on_terminal("models", "--all", columns=columns, env=env)
            self.assertEqual(status, 0)
            lines = shown.splitlines()
            self.assertLessEqual(max(map(len, lines)), columns)
            # Each model on one line, with what it is.
            for line in lines[1:]:
                if line.startswith(("tf-", "onnx-", "mobilenet", "efficientnet")):
                    self.assertIn(" unverified", line)


class RealFiles(Home):
    """Known cards on published files, of which the test collection has copies: a wrong range of
    pixels or a list of labels that is one off would answer wrongly."""

    FILES = {
        "mobilenet-v1-0.25-128:float32": "mobilenet_v1_0.25_128_float.tflite",
        "mobilenet-v1-0.25-128:uint8": "mobilenet_v1_0.25_128_quant.tflite",
        "mobilenet-v1-0.25-224:float32": "mobilenet_v1_0.25_224_float.tflite",
        "mobilenet-v1-0.75-192:uint8": "mobilenet_v1_0.75_192_quant.tflite",
        "mobilenet-v2-1.0-224:uint8": "mobilenet_v2_1.0_224_quant.tflite",
        "mobilenet-v3-small-1.0-224:uint8": "mobilenet_v3_small_1.0_224_uint8.tflite",
    }

    def test_the_cards_fit_the_published_files(self):
        if not (SHARED / "image").is_dir():
            self.skipTest(f"no models at {SHARED}: set MIEV_SHARED")
        if not support.find_runtime():
            self.skipTest("no model runs here")
        self.env["MIEV_HOME"] = str(ROOT)
        for name, file in self.FILES.items():
            self.pull(*name.split(":"), content=(SHARED / "image" / file).read_bytes())
        for photo, label in (("parrot.jpg", "macaw"), ("burger.jpg", "cheeseburger")):
            done = self.miev("compare", *self.FILES, "--input", SHARED / "photos" / photo,
                             "--budget=0", "--json=-")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            report = json.loads(done.stdout)
            told = {m["name"]: m["predictions"][0]["label"] for m in report["models"]}
            self.assertEqual(told, {name: label for name in self.FILES})
            self.assertEqual({m["preprocessing"]["from"]["normalisation"]
                              for m in report["models"]}, {"card"})


class Completion(Home):
    def test_only_what_can_be_measured_is_offered(self):
        self.pull("far", "int8")
        names = self.miev("completion", "models").stdout.split()
        self.assertEqual(set(names), {"cifar10-nano", "cifar10-nano:float32", "cifar10-nano:int8",
                                      "far", "far:int8"})


if __name__ == "__main__":
    unittest.main()
