# SPDX-License-Identifier: Apache-2.0
"""`miev label`: one model's cost in the forms that others read."""

import csv
import io
import json
import pathlib
import re
import unittest
import xml.etree.ElementTree as xml

import support
from support import ROOT, miev

MINE = "cifar10-nano:int8"
REFERENCE = "cifar10-small:float32"
# The fields of codecarbon.output_methods.emissions_data.EmissionsData, codecarbon 3.3.0, in order.
CODECARBON = ("timestamp project_name run_id experiment_id duration emissions emissions_rate cpu_power gpu_power "
              "ram_power cpu_energy gpu_energy ram_energy energy_consumed water_consumed country_name "
              "country_iso_code region cloud_provider cloud_region os python_version codecarbon_version cpu_count "
              "cpu_model gpu_count gpu_model longitude latitude ram_total_size tracking_mode "
              "cpu_utilization_percent gpu_utilization_percent ram_utilization_percent ram_used_gb on_cloud pue "
              "wue").split()


class Labels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.keep_report(cls, "compare", MINE, REFERENCE, "--budget=12")
        cls.model = next(m for m in cls.report["models"] if m["name"] == MINE)

    def label(self, *words, model=MINE):
        done = miev("label", self.path, "--model", model, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, words, *parts, status=1, command="label"):
        done = miev(command, *words)
        self.assertEqual(done.returncode, status, done.stdout)
        for part in parts:
            self.assertIn(part, done.stderr)

    def test_joules_and_machine_lead_and_the_own_zone_comes_last(self):
        text = self.label("--zone", "NO")
        rows = [line.split(" | ")[0].strip("| ") for line in text.splitlines() if line.startswith("| ")]
        self.assertEqual(rows[1], "energy of one inference")
        order = [next(i for i, row in enumerate(rows) if row.startswith(start))
                 for start in ("energy of one", "machine", "of the reference", "CO2e per million inferences, World",
                               "CO2e per million inferences, Norway", "model file", "measured")]
        self.assertEqual(order, sorted(order))
        self.assertIn(f"sha256 `{self.model['sha256']}`", text)

    def test_the_ratio_is_that_of_the_same_study(self):
        pair = next(c for c in self.report["comparison"] if {c["a"], c["b"]} == {MINE, REFERENCE})
        ratio = pair["ratio"] if pair["a"] == MINE else 1 / pair["ratio"]
        shown = re.search(r"same study \| ([\d.e+-]+) \(([\d.e+-]+) to ([\d.e+-]+)\)", self.label())
        value, low, high = map(float, shown.groups())
        self.assertAlmostEqual(value / ratio, 1, places=2)
        self.assertLess(low, value)
        self.assertLess(value, high)
        self.assertNotIn("same study", self.label(model=REFERENCE))
        self.refused([self.path, "--model", MINE, "--reference", "resnet"], "did not compare")

    def test_manufacturing_is_counted_whatever_is_asked(self):
        record = json.loads(self.label("--as", "sci", "--no-embodied", "--zone", "FR"))
        self.assertGreater(record["M_g_per_R"], 0)
        operational = record["E_kWh_per_R"] * record["PUE"] * record["I_g_per_kWh"]
        self.assertAlmostEqual(record["SCI_g_per_R"] / (operational + record["M_g_per_R"]), 1, places=9)
        self.assertEqual((record["boundary"], record["R"]), ("consumer", "inference"))

    def test_codecarbons_columns_are_kilograms_and_kilowatt_hours(self):
        rows = list(csv.reader(io.StringIO(self.label("--as", "codecarbon", "--zone", "FR"))))
        self.assertEqual(rows[0], CODECARBON)
        self.assertEqual(len(rows), 2)
        row = dict(zip(*rows))
        joules = self.model["energy"]["gross"]["per_inference_j"]["value"]
        self.assertAlmostEqual(float(row["energy_consumed"]) * 3.6e6 / joules, 1, places=9)
        kwh = sum(float(row[key] or 0) for key in ("cpu_energy", "gpu_energy", "ram_energy"))
        self.assertAlmostEqual(kwh / float(row["energy_consumed"]), 1, places=6)
        grams_per_kwh = float(row["emissions"]) / float(row["energy_consumed"]) * 1000
        self.assertAlmostEqual(grams_per_kwh, 41.44, places=1)
        self.assertEqual(row["gpu_energy"], "")  # unavailable is not 0

    def test_the_badge_is_a_picture_that_names_its_file(self):
        root = xml.fromstring(self.label("--as", "svg"))
        text = " ".join(root.itertext())
        self.assertIn(self.model["sha256"], text)
        self.assertIn("energy of one inference", text)
        self.assertRegex(text, r"estimated, 20\d\d-\d\d-\d\d|measured, 20\d\d|mixed, 20\d\d")
        half = [float(r.get("width")) for r in root if r.tag.endswith("rect")]
        self.assertAlmostEqual(sum(half), float(root.get("width")), delta=1)

    def test_a_label_of_another_file_is_stale(self):
        own = ROOT / "models/cifar10-nano.int8.tflite"
        other = ROOT / "models/cifar10-micro.int8.tflite"
        self.assertNotIn("stale", self.label("--as", "svg", "--file", own))
        self.assertIn("stale: of another file", self.label("--as", "svg", "--file", other))
        self.refused([self.path, "--model", MINE, "--file", other], "another file")

    def test_a_readme_gets_one_block_however_often(self):
        readme = pathlib.Path(self.folder.name, "README.md")
        readme.write_text("# Mine\n\nWords.\n")
        for _ in range(2):
            done = miev("publish", self.path, "--model", MINE, cwd=readme.parent)
            self.assertEqual(done.returncode, 0, done.stderr)
        first = readme.read_text()
        self.assertTrue(first.startswith("# Mine\n\nWords.\n\n<!-- miev label: begin -->\n| **"))
        self.assertEqual(first.count("<!-- miev label: begin -->"), 1)
        readme.write_text(first.replace("cost of one", "OLD") + "\nThe end.\n")
        miev("publish", self.path, "--model", MINE, "--readme", readme)
        self.assertEqual(readme.read_text(), first + "\nThe end.\n")
        readme.write_text("<!-- miev label: end --> <!-- miev label: begin -->")
        self.refused([self.path, "--readme", readme], "in this order", command="publish")
        self.assertEqual(readme.read_text(), "<!-- miev label: end --> <!-- miev label: begin -->")

    def test_a_readme_gets_no_block_of_another_file(self):
        readme = pathlib.Path(self.folder.name, "other.md")
        readme.write_text("# Other\n")
        other = ROOT / "models/cifar10-micro.int8.tflite"
        self.refused([self.path, "--model", MINE, "--file", other, "--readme", readme], "another file", command="publish")
        self.assertEqual(readme.read_text(), "# Other\n")

    def test_what_makes_no_sense_is_refused(self):
        self.refused([], "REPORT is missing", status=2)
        self.refused([], "REPORT is missing", status=2, command="publish")
        self.refused([self.path, "--readme", "/dev/null/README.md"], "README.md", command="publish")
        self.refused([self.path, "--model", "resnet"], "'model'")
        self.refused([self.path, "--as", "pdf"], "markdown, svg, sci or codecarbon")
        self.refused(["/dev/null/none.json"], "none.json")
