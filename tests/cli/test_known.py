# SPDX-License-Identifier: Apache-2.0
"""Models that are known by their address, and those that were pulled."""

import hashlib
import json
import pathlib
import shutil
import tempfile
import unittest

import support
from support import CAT, ROOT, miev

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

    def pull(self, name, precision):
        """What `miev pull` leaves behind."""
        content = NANO.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        (self.depot / "blobs" / sha256).write_bytes(content)
        here = {"precision": precision, "format": "tflite", "path": "../blobs/" + sha256,
                "sha256": sha256, "bytes": len(content)}
        (self.depot / "cards" / (name + ".json")).write_text(json.dumps(card(name, here)))

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


class Completion(Home):
    def test_only_what_can_be_measured_is_offered(self):
        self.pull("far", "int8")
        names = self.miev("completion", "models").stdout.split()
        self.assertEqual(set(names), {"cifar10-nano", "cifar10-nano:float32", "cifar10-nano:int8",
                                      "far", "far:int8"})


if __name__ == "__main__":
    unittest.main()
