# SPDX-License-Identifier: Apache-2.0
"""`miev profile`: shares that add up, the documents it writes, and what it refuses."""

import contextlib
import csv
import json
import pathlib
import re
import tempfile
import unittest
import xml.etree.ElementTree as xml

import studies
import tiny_onnx
from support import CAT, ROOT, miev

try:
    import jsonschema
except ImportError:
    jsonschema = None

PLAIN = "cifar10-nano:float32"
SVG = "{http://www.w3.org/2000/svg}"


def setUpModule():
    studies.need_runtime()


def profile(*words):
    done = miev("profile", *words, "--json", "-")
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def total(rows, key):
    return sum(row[key]["value"] for row in rows)


def named_node(name):
    """A picture of 12 numbers laid out flat by a node of that name."""
    shape = tiny_onnx.tensor("shape", tiny_onnx.INT64, [2], [1, -1])
    node = tiny_onnx.node("Reshape", ["x", "shape"], ["y"]) + tiny_onnx.field(3, name)
    return tiny_onnx.model(tiny_onnx.graph(
        [node], [tiny_onnx.port("x", tiny_onnx.FLOAT, [1, 3, 2, 2])],
        [tiny_onnx.port("y", tiny_onnx.FLOAT, [1, 12])], [shape]))


@contextlib.contextmanager
def onnx_file(content):
    studies.need_onnx_runtime()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "tiny.onnx")
        path.write_bytes(content)
        yield path


class ProfileTest(unittest.TestCase):
    def check(self, document):
        """What holds for every profile."""
        if jsonschema:
            schema = json.loads((ROOT / "docs/profile.schema.json").read_text())
            faults = jsonschema.Draft202012Validator(schema).iter_errors(document)
            self.assertEqual([f"{f.json_path}: {f.message}" for f in faults], [])
        between, energy = document["between"], document["energy"]
        for rows in (document["kinds"], document["operators"]):
            self.assertAlmostEqual(total([*rows, between], "share"), 1, places=9)
            self.assertAlmostEqual(sum(row["seconds"] for row in [*rows, between]) /
                                   document["inference"]["shared_s"], 1, places=6)
            for row in [*rows, between]:
                self.assertLessEqual(row["share"]["low"], row["share"]["value"])
                self.assertLessEqual(row["share"]["value"], row["share"]["high"])
                if energy is None:
                    self.assertIsNone(row["joules"])
            if energy:
                whole = energy["per_inference_j"]["value"]
                self.assertAlmostEqual(total([*rows, between], "joules") / whole, 1, places=9)
        self.assertRegex(document["model"]["sandbox"], "^profiling: .*seccomp")

    def test_a_bundled_model_with_energy(self):
        document = profile("cifar10-small:float32", "--budget", 8, "--zone", "KR")
        self.check(document)
        self.assertEqual(document["kinds"][0]["type"], "Convolution")
        self.assertEqual({row["provider"] for row in document["operators"]}, {"xnnpack"})
        self.assertEqual(document["site"]["zone"], "South Korea")
        if document["energy"]:  # rounds of a crowded machine may all be void
            ratio = total(document["kinds"], "grams") / total(document["kinds"], "joules")
            whole = document["energy"]
            self.assertAlmostEqual(
                ratio * whole["per_inference_j"]["value"] / whole["per_inference_g"]["value"], 1)

    def test_plain_kernels_have_the_names_and_shapes_of_the_file(self):
        document = profile(PLAIN, "--budget", 0, "--delegate", "none", "--runs", 5)
        self.check(document)
        self.assertIsNone(document["energy"])
        self.assertIn("no sensor covers it, or its rounds", document["energy_missing"])
        self.assertEqual(document["inference"]["runs"] + document["inference"]["runs_left_out"], 5)
        first, last = document["operators"][0], document["operators"][-1]
        self.assertEqual(first["type"], "CONV_2D")
        self.assertRegex(first["name"], "conv2d")
        self.assertRegex(first["output_shape"], r"^1 x \d+ x \d+ x \d+$")
        self.assertEqual((last["type"], last["output_shape"]), ("SOFTMAX", "1 x 10"))

    def test_an_onnx_model(self):
        with onnx_file(tiny_onnx.flatten_model("int8", [1, 3, 2, 2], (0.5, -3))) as path:
            document = profile(path, "--budget", 0, "--input", CAT)
            self.assertEqual([p.name for p in path.parent.iterdir()], ["tiny.onnx"])
        self.check(document)
        self.assertEqual(document["model"]["engine"]["runtime"], "ONNX Runtime")
        self.assertEqual([row["type"] for row in document["operators"]], ["Reshape"])
        self.assertEqual(document["operators"][0]["provider"], "CPUExecutionProvider")
        self.assertEqual(document["operators"][0]["output_shape"], "1 x 12")
        self.assertEqual(document["operators"][0]["calls_per_inference"], 1)

    def test_the_runtime_leaves_no_file_behind(self):
        with onnx_file(named_node("flat")) as path, tempfile.TemporaryDirectory() as folder:
            done = miev("profile", path, "--budget", 0, "--quiet", cwd=folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])

    def test_a_name_with_quotes_is_refused_in_words(self):
        with onnx_file(named_node('a","dur" :9,"b')) as path:
            done = miev("profile", path, "--budget", 0)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the name of an operator holds quotes", done.stderr)

    def test_hostile_names_stay_text(self):
        name = "=<b>&amp;\u202e"
        with onnx_file(named_node(name)) as path, tempfile.TemporaryDirectory() as folder:
            table, picture = pathlib.Path(folder, "a.csv"), pathlib.Path(folder, "a.svg")
            done = miev("profile", path, "--budget", 0, "--csv", table, "--svg", picture)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("\u202e", done.stdout)
            self.assertIn("=<b>&amp;?", "".join(xml.parse(picture).getroot().itertext()))
            self.assertIn("'=<b>", table.read_text())

    def test_table_and_picture_hold_every_operator(self):
        with tempfile.TemporaryDirectory() as folder:
            table, picture = pathlib.Path(folder, "a.csv"), pathlib.Path(folder, "a.svg")
            document = profile(PLAIN, "--budget", 0, "--csv", table, "--svg", picture)
            with open(table, newline="") as file:
                lines = list(csv.DictReader(file))
            root = xml.parse(picture).getroot()
            text = picture.read_text()
        self.assertEqual(len(lines), len(document["operators"]) + 1)
        for line, row in zip(lines, document["operators"]):
            self.assertEqual(float(line["share"]), row["share"]["value"])
            self.assertEqual((line["type"], line["joules"]), (row["type"], ""))
        self.assertEqual((lines[-1]["position"], lines[-1]["type"]), ("", "between operators"))
        self.assertEqual(root.tag, SVG + "svg")
        self.assertEqual(root.find(SVG + "title").text,
                         "cifar10-nano:float32, operator by operator")
        self.assertEqual(root.find(SVG + "desc").text, document["attribution"])
        pieces = [rect for rect in root.findall(SVG + "rect") if rect.find(SVG + "title") is not None]
        self.assertEqual(len(pieces), len(document["operators"]) + 1)
        self.assertIn("prefers-color-scheme:dark", text)
        self.assertIsNone(re.search(r"href|url\(|<script", text))

    def test_what_people_are_told(self):
        done = miev("profile", PLAIN, "--budget", 0, "--threads", 2, "--top", 2)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = " ".join(done.stdout.split())
        for words in ("not measured per operator", "between operators", "one inference",
                      "without a profiler", "as much as one that keeps them all",
                      "--delegate none profiles the plain kernels",
                      "The energy of one inference is not known"):
            self.assertIn(words, told)
        quiet = miev("profile", PLAIN, "--budget", 0, "--quiet", "--top", 0).stdout
        self.assertNotIn("Attribution", quiet)
        self.assertNotIn("the largest operators", quiet)

    def test_the_energy_of_an_earlier_report(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "report.json")
            self.assertEqual(miev("run", PLAIN, "--input", CAT, "--budget", 8, "--zone",
                                  "NO", "--json", path).returncode, 0)
            report = json.loads(path.read_text())
            document = profile(PLAIN, "--report", path)
            self.check(document)
            self.assertEqual(document["site"]["zone"], "Norway")
            self.assertEqual(profile(PLAIN, "--report", path, "--zone", "KR")["site"]["zone"],
                             "South Korea")
            gross = report["models"][0]["energy"]["gross"]
            if gross:
                self.assertEqual(document["energy"]["per_inference_j"]["value"],
                                 gross["per_inference_j"]["value"])
                self.assertEqual(document["energy"]["created_unix_s"], report["created_unix_s"])
            for words, reason in (((PLAIN, "--threads", 2), 'another "threads" of its engine'),
                                  ((PLAIN, "--delegate", "none"), 'another "delegate"'),
                                  (("cifar10-nano:int8",), "no model with the hash")):
                done = miev("profile", *words, "--report", path)
                self.assertEqual(done.returncode, 1)
                self.assertIn(reason, done.stderr)

    def test_wrong_words_are_refused(self):
        for words, status, reason in (
                ((), 2, "MODEL is missing"),
                (("cifar10-nano",), 2, "names 2: say which, as in cifar10-nano:"),
                ((PLAIN, "--json", "-", "--csv", "-"), 2, "only one of --json"),
                ((PLAIN, "--runs", 4), 2, "--runs"),
                (("./nothing.onnx",), 2, "nothing.onnx"),
                ((PLAIN, "--delegate", "warp", "--budget", 0), 1, "no delegate 'warp'"),
                ((PLAIN, "--input", __file__, "--budget", 0), 1, "")):
            with self.subTest(words=words):
                done = miev("profile", *words)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(reason, done.stderr)
