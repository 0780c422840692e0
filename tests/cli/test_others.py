# SPDX-License-Identifier: Apache-2.0
"""`miev footprint --method`: what other tools would have said of a report's work."""

import json
import unittest

import support
from support import miev


class Others(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.keep_report(cls, "run", "cifar10-nano:int8", "--budget=5")

    def ask(self, *words):
        return miev("footprint", str(self.path), "--zone", "KR", *words)

    def document(self, *words):
        done = self.ask("--method-json", "-", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_every_tool_has_an_answer_or_a_reason(self):
        model = self.document()["models"][0]
        self.assertEqual([o["id"] for o in model["others"]],
                         ["codecarbon", "carbontracker", "eco2ai", "eit", "green-algorithms", "mlco2",
                          "energyvis"])
        for other in model["others"]:
            self.assertNotEqual("co2e_g" in other, other["why"] is not None)
            self.assertTrue(other["checked"])

    def test_grams_are_joules_times_pue_times_the_tools_own_grid(self):
        for other in self.document()["models"][0]["others"]:
            if other["why"] is None:
                expected = other["joules"] / 3.6e6 * other["pue"] * other["intensity_g_per_kwh"]
                self.assertAlmostEqual(other["co2e_g"] / expected, 1, places=9)
                self.assertIn(other["place"], ("KR", "WORLD"))

    def test_within_means_inside_the_interval(self):
        model = self.document()["models"][0]
        own = model["miev"]["co2e_g"]
        for other in model["others"]:
            if other["why"] is None:
                self.assertEqual(other["within_miev"], own["low"] <= other["co2e_g"] <= own["high"])

    def test_a_list_chooses_and_a_wrong_name_is_refused(self):
        chosen = self.document("--method", "eco2ai,codecarbon")["models"][0]["others"]
        self.assertEqual([o["id"] for o in chosen], ["codecarbon", "eco2ai"])
        wrong = self.ask("--method", "codecarbon,ecotwo")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("'ecotwo': there are codecarbon, carbontracker", wrong.stderr)

    def test_a_cloud_region_goes_to_the_tools_that_know_it(self):
        done = miev("footprint", str(self.path), "--zone", "gcp:europe-west1", "--method-json", "-")
        others = {o["id"]: o for o in json.loads(done.stdout)["models"][0]["others"]}
        self.assertEqual(others["codecarbon"]["place"], "gcp:europe-west1")
        self.assertEqual(others["carbontracker"]["place"], "BE")
        self.assertEqual(others["green-algorithms"]["pue"], 1.12)

    def test_the_table_stands_below_the_reports(self):
        done = self.ask("--method", "all")
        self.assertIn("What other tools would have said", done.stdout)
        self.assertRegex(done.stdout, r"\nGreen Algorithms 3\.0 .* 1\.56 +416 KR")

