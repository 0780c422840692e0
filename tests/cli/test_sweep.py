# SPDX-License-Identifier: Apache-2.0
"""`miev sweep` on real models: short studies, so that nothing here depends on how fast they are."""

import csv
import io
import json
import pathlib
import shutil
import tempfile
import unittest

import support
import tiny_tflite
from support import CAT, ROOT, miev

try:
    import jsonschema
except ImportError:
    jsonschema = None

NANO = "cifar10-nano"


def need_runtime():
    if not support.find_runtime():
        raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")


class Sweep(unittest.TestCase):
    """2 threads x 2 batches x 1 delegate x 2 precisions."""

    @classmethod
    def setUpClass(cls):
        need_runtime()
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.path, cls.csv = cls.folder / "report.json", cls.folder / "report.csv"
        cls.env = support.environment(MIEV_DATA=str(cls.folder))
        cls.done = miev("sweep", NANO, "--input", CAT, "--threads=1,2", "--batch=1,4",
                        "--delegate=best", "--budget=30", "--no-history", f"--json={cls.path}",
                        f"--csv={cls.csv}", env=cls.env)
        cls.report = json.loads(cls.path.read_text())
        cls.models = cls.report["models"]

    def test_each_combination_has_a_row_and_the_default_is_first(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        settings = [(m["precision"], m["settings"]["threads"], m["settings"]["batch"])
                    for m in self.models]
        self.assertEqual(settings[0], ("float32", 1, 1))
        self.assertEqual(set(settings), {(p, t, b) for p in ("float32", "int8") for t in (1, 2)
                                         for b in (1, 4)})
        self.assertEqual(len(settings), 8)
        self.assertEqual(self.report["sweep"]["default"], self.models[0]["name"])

    def test_the_report_keeps_to_its_schema(self):
        if jsonschema is None:
            self.skipTest("python3-jsonschema is not there")
        schema = json.loads((ROOT / "docs/report.schema.json").read_text())
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(self.report))
        self.assertEqual([e.message for e in errors], [])

    def test_a_batch_answers_as_one_picture_does(self):
        for model in self.models:
            with self.subTest(model["name"]):
                self.assertEqual(model["inputs"][0]["shape"][0], model["settings"]["batch"])
                alone = next(m for m in self.models if m["precision"] == model["precision"])
                for a, b in zip(alone["predictions"], model["predictions"]):
                    self.assertEqual(a["label"], b["label"])
                    self.assertAlmostEqual(a["score"], b["score"], delta=0.01)

    def test_verdicts_are_against_the_default_alone(self):
        for pair in self.report["comparison"]:
            self.assertEqual(pair["a"], self.models[0]["name"])

    def test_the_front_is_of_its_own_rows(self):
        known = {m["name"]: m for m in self.models}
        for point in self.report["sweep"]["front"]:
            energy = known[point["name"]]["energy"]
            self.assertEqual(point["item_j"], energy["gross"]["per_inference_j"]["value"])
            self.assertAlmostEqual(point["items_per_s"] * energy["inference_s"], 1)
        self.assertIn(self.report["sweep"]["knee"], [None, *known])

    def test_the_table_and_the_advice_are_shown(self):
        self.assertRegex(self.done.stdout, r"threads +batch +delegate +energy/item")
        words = " ".join(self.done.stdout.split())
        self.assertIn(" ".join(self.report["sweep"]["advice"].split()), words)

    def test_csv_tells_the_batch(self):
        rows = list(csv.DictReader(io.StringIO(self.csv.read_text())))
        self.assertEqual([int(row["batch"]) for row in rows],
                         [m["settings"]["batch"] for m in self.models])

    def need_energy(self):
        if not any("gross" in m["energy"] for m in self.models):
            self.skipTest("this machine was too busy for two rounds of each combination")

    def test_another_place_keeps_the_sweep(self):
        self.need_energy()
        path = self.folder / "norway.json"
        done = miev("footprint", self.path, "--zone=NO", f"--json={path}", env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(path.read_text())["sweep"], self.report["sweep"])
        self.assertRegex(done.stdout, r"threads +batch +delegate")

    def test_the_history_takes_it(self):
        self.assertEqual(miev("import", self.path, env=self.env).returncode, 0)
        shown = miev("history", "show", "last", env=self.env)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertRegex(shown.stdout, r"threads +batch +delegate")

    def test_it_is_not_repeated(self):
        done = miev("repeat", self.path, "--input", CAT, "--no-history", env=self.env)
        self.assertEqual(done.returncode, 1)
        self.assertIn("run `miev sweep` again", done.stderr)

    def test_a_narrow_terminal_has_it_all_within_its_edge(self):
        self.need_energy()
        for columns in (80, 120):
            status, shown = support.on_terminal("footprint", str(self.path), columns=columns,
                                                env=support.environment(TERM="dumb"))
            self.assertEqual(status, 0)
            widest = max(len(line) for line in shown.splitlines())
            self.assertLessEqual(widest, columns)
            self.assertRegex(shown, r"energy/item")


class Refusals(unittest.TestCase):
    def flat(self, folder):
        """A model that has its batch of one written into it."""
        path = pathlib.Path(folder, "flat.tflite")
        path.write_bytes(tiny_tflite.flatten_model("float32", [1, 2, 2, 3]))
        return path

    def sweep_flat(self, *words):
        need_runtime()
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder, "report.json")
            done = miev("sweep", self.flat(folder), "--input", CAT, "--budget=0", "--no-history",
                        f"--json={report}", *words)
            return done, json.loads(report.read_text())["models"]

    def test_a_model_without_batches_says_so_and_its_default_runs(self):
        done, models = self.sweep_flat("--threads=1", "--delegate=best")
        self.assertEqual(done.returncode, 0, done.stderr)  # nobody asked for these batches
        self.assertNotIn("error", models[0])
        for model in models[1:]:
            self.assertRegex(model["error"]["message"], r"takes no batches of (4|8|16)")
        self.assertIn("takes no batches of 4", " ".join(done.stdout.split()))

    def test_a_batch_that_was_asked_for_and_refused_is_a_failure(self):
        done, models = self.sweep_flat("--threads=1", "--delegate=best", "--batch=1,4")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(models), 2)

    def test_more_than_a_study_can_have_is_cut_and_told(self):
        done, models = self.sweep_flat("--threads=1,2,3,4,5,6", "--batch=1,2,3,4,5,6")
        self.assertEqual(len(models), 64)
        self.assertIn("these are 72 combinations, and a study has at most 64: 8 of the largest "
                      "batches are left out", done.stderr)
        self.assertEqual(sum("error" not in m for m in models), 12)

    def test_wrong_words_are_refused_before_anything_runs(self):
        photo = ("--input", CAT)
        for words, said in (((NANO,), "--input FILE is missing"),
                            ((NANO, "cifar10-small", *photo), "takes one model"),
                            (photo, "takes one model"),
                            ((NANO, *photo, "--batch=0"), "--batch takes whole numbers from 1"),
                            ((NANO, *photo, "--batch=2048"), "from 1 to 1024"),
                            ((NANO, *photo, "--threads=1,x"), "not 'x'"),
                            ((NANO, *photo, "--delegate=,"), "names with commas"),
                            (("oip:http://localhost:1/net", *photo), "its server's settings")):
            with self.subTest(words):
                done = miev("sweep", *words)
                self.assertEqual(done.returncode, 2)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
