# SPDX-License-Identifier: Apache-2.0
"""What tables add to a report: manufacturing of graphics cards, and projections on other hardware."""

import json
import pathlib
import tempfile
import unittest

from support import ROOT, miev
from test_explain import EQUATION, reckon, sections

try:
    import jsonschema
except ImportError:
    jsonschema = None

WHOLE = ROOT / "tests/fuzz/corpus/report/whole.json"
SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text())
YEAR_S = 365.25 * 86400


def channel(source, sensor="nvml", identity="gpu-0"):
    return {"sensor": sensor, "id": identity, "part": "gpu", "method": "measured", "counted": True,
            "systematic_low_ratio": 0.9, "systematic_high_ratio": 1.1, "idle_w": 20.0,
            "idle_standard_error_w": 0.1, "source": source}


class Making(unittest.TestCase):
    def priced(self, *sources, remote=False, words=()):
        """The report and its --explain of whole.json, whose first model runs on these cards."""
        report = json.loads(WHOLE.read_text())
        report["machine"]["class"] = "server"
        report["machine"]["virtual_machine"] = False
        report["models"] = report["models"][:1]
        report["comparison"] = []
        report["meter"]["channels"] += [channel(source, identity=f"nvml/gpu-{i}" if remote else f"gpu-{i}")
                                        for i, source in enumerate(sources)]
        if remote:
            report["meter"]["remote"] = {"address": "http://gpu.lan/api/v1/energy", "boundary": "its GPUs"}
        energy = report["models"][0]["energy"]
        energy["parts"] = [part for part in energy["parts"] if part["part"] != "gpu"]
        energy["parts"].append({"part": "gpu", "method": "measured", "sensor": "nvml", "joules": 1.0,
                                "net_joules": 0.5, "low": 0.9, "high": 1.1, "headline": True})
        energy["attribution"] = {"inferences": 10.0, "span_s": 1.0, "work_cpu_s": 1.0, "machine_cpu_s": 1.0,
                                 "channels": []}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "report.json")
            path.write_text(json.dumps(report))
            told = miev("footprint", path, "--zone=KR", "--json=-", *words)
            shown = miev("footprint", path, "--zone=KR", "--explain", *words)
        self.assertEqual((told.returncode, shown.returncode), (0, 0), told.stderr + shown.stderr)
        return json.loads(told.stdout), shown.stdout

    def test_a_card_is_added_to_its_machine(self):
        plain, _ = self.priced()
        report, text = self.priced("NVIDIA L4: the driver's energy counter of the whole card (NVML)")
        footprint, before = report["models"][0]["footprint"], plain["models"][0]["footprint"]
        time_s = report["models"][0]["energy"]["inference_s"]
        self.assertNotIn("embodied_cards_g", before)
        self.assertNotIn("cards", plain["site"]["embodied"])
        self.assertAlmostEqual(footprint["embodied_cards_g"]["value"] / (113.6e3 * time_s / (4 * YEAR_S)), 1,
                               places=9)
        for bound in ("low", "value", "high"):
            self.assertAlmostEqual(footprint["embodied_g"][bound] /
                                   (before["embodied_g"][bound] + footprint["embodied_cards_g"][bound]), 1,
                                   places=9)
        self.assertEqual(report["site"]["embodied"]["cards"][0]["name"], "NVIDIA L4")
        self.assertIn("- NVIDIA L4: 113600 g (32460 to 340800;", text)
        self.holds(text, footprint)

    def holds(self, text, footprint):
        """Each equation of the section gives what stands below it, and the last three the report's."""
        found = EQUATION.findall(sections(text)[7])
        for name, expression, value, _ in found:
            got, largest = reckon(expression)
            self.assertAlmostEqual(got, float(value), delta=1e-4 * abs(float(value)) + 1e-12 * largest,
                                   msg=f"{name} = {expression}")
        for name, key in (("manufacturing", "value"), ("low", "low"), ("high", "high")):
            shown = [float(value) for at, _, value, _ in found if at == name][-1]
            self.assertAlmostEqual(shown / footprint["embodied_g"][key], 1, places=4)

    def test_the_cards_of_another_machine_are_counted_without_it(self):
        report, text = self.priced("NVIDIA H100 80GB HBM3: counter", "NVIDIA H100 80GB HBM3: counter",
                                   remote=True)
        embodied, footprint = report["site"]["embodied"], report["models"][0]["footprint"]
        self.assertIsNone(embodied["machine_class"])
        self.assertEqual(len(embodied["cards"]), 2)
        self.assertEqual(footprint["embodied_g"], footprint["embodied_cards_g"])
        self.assertIn("its cards' alone is in the grams", " ".join(text.split()))
        self.assertIn("- making NVIDIA H100 80GB HBM3: 164 kg (54.7 to 574).", text)
        self.assertIn("The machine that the cards are in is not known", text)
        self.holds(text, footprint)

    @unittest.skipUnless(jsonschema, "python3-jsonschema is not there")
    def test_the_site_is_as_the_schema_has_it(self):
        for remote in (False, True):
            report, _ = self.priced("NVIDIA T4: counter", remote=remote)
            for name, value in (("site", report["site"]), ("footprint", report["models"][0]["footprint"])):
                jsonschema.validate(value, {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name}"})
            self.assertFalse(report["site"]["embodied"]["cards"][0]["listed"])

    def test_without_manufacturing_there_are_no_cards(self):
        report, _ = self.priced("NVIDIA L4: counter", words=["--no-embodied"])
        self.assertIsNone(report["site"]["embodied"])
        self.assertNotIn("embodied_cards_g", report["models"][0]["footprint"])


class Projected(unittest.TestCase):
    """`miev alternatives` of a report whose model has published times on other hardware."""

    def alternatives(self, name, precision, *words):
        report = json.loads(WHOLE.read_text())
        report["models"] = report["models"][:1]
        report["models"][0].update(name=name, precision=precision)
        report["comparison"] = []
        report["pareto"] = []
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "report.json")
            path.write_text(json.dumps(report))
            done = miev("alternatives", path, "--zone=KR", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_projection_says_that_it_is_one_in_table_and_json(self):
        document = json.loads(self.alternatives("onnx-resnet-50:float32", "float32", "--json=-", "--rate=1000"))
        kind = document["kinds"][-1]
        self.assertEqual({item["what"] for item in kind["items"]}, {"Intel Core i9-10940X", "Intel Core i7-12700H"})
        for item in kind["items"]:
            self.assertTrue(item["projection"])
            self.assertLess(item["per_g"]["low"], item["per_g"]["value"])
            self.assertLess(item["per_g"]["value"], item["per_g"]["high"])
            self.assertLess(item["saved_year_g"]["low"], item["saved_year_g"]["value"])
        for other in document["kinds"][:-1]:
            self.assertFalse([item for item in other["items"] if "projection" in item])
        text = self.alternatives("onnx-resnet-50:float32", "float32")
        for words in ("Other hardware: a projection", "projected on", "By: a projection, not a measurement",
                      "14.865 ms of resnet50 at 224 pixels"):
            self.assertIn(words, " ".join(text.split()))

    def test_without_a_published_time_the_reason_stands(self):
        self.assertIn("Not projected: no time of cifar10-nano", self.alternatives("cifar10-nano:int8", "int8"))
        self.assertIn("are of float32", " ".join(self.alternatives("efficientnet-lite0:int8", "int8").split()))


if __name__ == "__main__":
    unittest.main()
