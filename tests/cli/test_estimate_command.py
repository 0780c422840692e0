# SPDX-License-Identifier: Apache-2.0
"""`miev estimate`: figures by hand, what it refuses, and what holds for every answer."""

import json
import re
import unittest

from support import miev

J_PER_KWH = 3.6e6


def estimate(*words):
    done = miev("estimate", *words, "--json", "-")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Figures(unittest.TestCase):
    def test_grams_are_joules_times_pue_times_grid(self):
        answer = estimate("--cpu", "Intel Core i7-8700", "--hours", "10", "--zone", "FR", "--pue", "1.5")
        joules = answer["energy_j"]["value"]
        self.assertAlmostEqual(joules, sum(part["joules"] for part in answer["parts"]), places=6)
        site = answer["site"]
        self.assertEqual((site["pue"], site["zone"]), (1.5, "France"))
        expected = joules / J_PER_KWH * 1.5 * site["intensity_g_per_kwh"]
        self.assertAlmostEqual(answer["operational_g"]["value"] / expected, 1, places=12)
        self.assertIsNone(answer["embodied_g"])

    def test_a_rating_by_hand(self):
        """65 W at full load by Teads' curve: 0.12 at rest, and a slope of 1.26 of the rating."""
        answer = estimate("--cpu", "Intel Core i7-8700", "--hours", "1", "--memory", "16")
        cpu, memory = answer["parts"]
        self.assertAlmostEqual(cpu["joules"], (0.12 + 1.26) * 65 * 3600, places=3)
        self.assertAlmostEqual(memory["joules"], 0.25 * 16 * 3600, places=3)

    def test_a_card_is_its_rating_times_usage(self):
        answer = estimate("--cpu", "Intel Core i7-8700", "--hours", "2", "--gpu", "V100", "--gpus", "4",
                          "--gpu-usage", "0.5")
        self.assertEqual(answer["parts"][2]["joules"], 4 * 300 * 0.5 * 2 * 3600)

    def test_manufacturing_by_hand(self):
        """A server of 1,215 kg and 4 years; this instance's host has 96 logical CPUs."""
        answer = estimate("--instance", "aws:m5.xlarge", "--hours", "24")
        expected = 1215e3 * 24 / (4 * 365.25 * 24) * 4 / 96
        self.assertAlmostEqual(answer["embodied_g"]["value"] / expected, 1, places=9)
        self.assertAlmostEqual(answer["total_g"]["value"],
                               answer["operational_g"]["value"] + answer["embodied_g"]["value"], places=9)

    def test_making_cards_by_hand(self):
        """Two H100 of 164 kg and a server of 1,215 kg, 24 h of 4 years; 96 logical CPUs of which all are its own."""
        words = ["--cpu", "AMD EPYC 9654", "--cores", "48", "--hours", "24", "--gpu", "H100 SXM", "--gpus", "2"]
        share = 24 / (4 * 365.25 * 24)
        answer = estimate(*words, "--class", "server")
        machine, cards = answer["embodied_parts"]
        self.assertEqual((machine["part"], cards["part"], cards["count"]), ("machine", "gpu", 2))
        self.assertAlmostEqual(cards["embodied_g"]["value"] / (2 * 164e3 * share), 1, places=9)
        self.assertAlmostEqual(machine["embodied_g"]["value"] / (1215e3 * share), 1, places=9)
        for bound in ("low", "value", "high"):
            self.assertAlmostEqual(answer["embodied_g"][bound] / (machine["embodied_g"][bound]
                                                                  + cards["embodied_g"][bound]), 1, places=9)
        alone = estimate(*words)
        self.assertEqual([part["part"] for part in alone["embodied_parts"]], ["gpu"])
        self.assertEqual(alone["embodied_g"], cards["embodied_g"])
        self.assertIsNone(estimate(*words, "--no-embodied")["embodied_g"])
        told = miev("estimate", *words).stdout
        self.assertIn("of the cards alone", told)
        self.assertRegex(told, r"making 2 x H100 SXM: 164 kg each")

    def test_a_card_of_no_table_has_a_wide_range(self):
        answer = estimate("--cpu", "Intel Core i7-8700", "--hours", "1", "--gpu", "My Card", "--gpu-watts", "100")
        total = answer["embodied_parts"][0]["total_g"]
        self.assertEqual(total, {"value": 150e3, "low": 25e3, "high": 900e3})

    def test_more_hours_and_more_usage_are_more(self):
        def joules(*words):
            return estimate("--instance", "gcp:n2-standard-8", *words)["energy_j"]["value"]
        self.assertAlmostEqual(joules("--hours", "10") / joules("--hours", "1"), 10, places=9)
        self.assertLess(joules("--hours", "1", "--usage", "0.1"), joules("--hours", "1", "--usage", "0.9"))

    def test_intervals_hold_their_values(self):
        for words in (["--instance", "azure:d4s_v3"], ["--instance", "gcp:n1-standard-4"], [],
                      ["--cpu", "Nobody's Chip", "--cores", "8"], ["--cpu", "AMD EPYC 7763"]):
            answer = estimate("--hours", "5", "--class", "server", *words)
            for key in ("energy_j", "operational_g", "embodied_g", "total_g"):
                interval = answer[key]
                self.assertLess(interval["low"], interval["value"], key)
                self.assertLess(interval["value"], interval["high"], key)
            for part in answer["parts"]:
                self.assertEqual(part["method"], "estimated")
                self.assertTrue(part["source"])

    def test_other_tools_answer_for_the_same_work(self):
        answer = estimate("--cpu", "Intel Core i7-8700", "--memory", "16", "--hours", "1", "--zone", "FR",
                          "--method", "green-algorithms")
        only = answer["others"]
        self.assertEqual([o["id"] for o in only], ["green-algorithms"])
        self.assertAlmostEqual(only[0]["co2e_g"], 1.56 * (65 + 16 * 0.3725) / 1000 * 51.28, places=6)

    def test_the_table_for_people(self):
        text = miev("estimate", "--instance", "aws:m5.xlarge", "--hours", "1", "--zone", "aws:eu-north-1",
                    "--method", "all").stdout
        self.assertRegex(text, r"m5\.xlarge, 4 logical CPUs of a shared host, 16 GiB, 1 hour at 100 %")
        self.assertIn("Sweden (aws:eu-north-1)", text)
        self.assertRegex(text, r"\nenergy +\d[\d.]* \(.* to .*\) kJ\n")
        self.assertIn("CodeCarbon 3.3.0", text)
        self.assertFalse([line for line in text.splitlines() if len(line) > 110])


class Refusals(unittest.TestCase):
    def refused(self, words, *parts):
        done = miev("estimate", *words)
        self.assertEqual(done.returncode, 2, done.stdout)
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertTrue(re.search(r"see 'miev estimate --help'", done.stderr))

    def test_what_is_missing_or_wrong_is_named(self):
        self.refused([], "--hours")
        self.refused(["--hours", "1", "--cpu", "A", "--instance", "aws:m5.large"], "one of them")
        self.refused(["--hours", "1", "--cpu", "Nobody's Chip"], "(cores)")
        self.refused(["--hours", "1", "--instance", "aws:m5.xlage"], "did you mean aws:m5.xlarge")
        self.refused(["--hours", "1", "--instance", "m5.xlarge"], "names no provider")
        self.refused(["--hours", "1", "--instance", "aws:p3.2xlarge"], "by cpu, cores and memory")
        self.refused(["--hours", "1", "--gpu", "Voodoo 2"], "(gpu watts)")
        self.refused(["--hours", "1", "--usage", "1.5"], "--usage")
        self.refused(["--hours", "1", "--class", "mainframe"], "mainframe")
        self.refused(["--hours", "1", "--method", "magic"], "'magic'")
        self.refused(["--hours", "1", "--zone", "Atlantis"], "Atlantis")
