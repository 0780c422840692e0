# SPDX-License-Identifier: Apache-2.0
"""--explain: each equation holds for the figures it shows, and its results are the report's own."""

import json
import math
import pathlib
import re
import tempfile
import unittest

import support
from support import CAT, ROOT, miev

NANO = "cifar10-nano:int8"
UNITS = re.compile(r" (J|W|s|g|g/kWh|g/J)(?= |$|\))")
EQUATION = re.compile(r"^    (\S.{0,13}?) += (.+)\n {4} *= (\S+)(?: (\S+))?$", re.MULTILINE)
FIGURE = re.compile(r"^    (\S.{0,13}?) += ([-+.\de]+) (?:J|s)(?:  \(.+\))?$", re.MULTILINE)


def reckon(expression):
    """The value of an expression as it is shown, and the largest of its numbers."""
    python = UNITS.sub("", expression).replace(" x ", " * ").replace("^", "**")
    if not re.fullmatch(r"[-+*/(). \de]*", re.sub(r"\b(sqrt|exp|ln)\(", "(", python)):
        raise AssertionError(f"not an expression: {expression}")
    numbers = [abs(float(number)) for number in re.findall(r"\d[.\d]*(?:e[-+]?\d+)?", python)]
    names = {"sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "__builtins__": {}}
    return eval(python, names), max(numbers)  # pylint: disable=eval-used


def sections(text):
    """{number of the section: its text}"""
    parts = re.split(r"^(\d)\. .+$", text, flags=re.MULTILINE)
    return {int(number): body for number, body in zip(parts[1::2], parts[2::2])}


def results(section):
    """[(name, value)] in the order shown."""
    return [(name, float(value)) for name, _, value, _ in EQUATION.findall(section)]


def explain(*words):
    """(exit status, what was explained, report) of a study that found energy."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.json")
        for budget in (6, 25):
            done = miev(*words, "--input", CAT, f"--budget={budget}", "--quiet", "--json", path)
            report = json.loads(path.read_text())
            if all("error" in model or model["energy"]["method"] != "unavailable"
                   for model in report["models"]):
                return done, report
    raise unittest.SkipTest("other programs keep this machine too busy")


def setUpModule():
    if not support.find_runtime():
        raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")


class Equations(unittest.TestCase):
    words = ["--zone=KR", "--pue=1.2", "--rate=1000"]

    @classmethod
    def setUpClass(cls):
        done, cls.report = explain("run", NANO, "--explain", *cls.words)
        cls.text = done.stdout
        cls.status = done.returncode
        cls.model = cls.report["models"][0]
        cls.sections = sections(cls.text)

    def same(self, got, want):
        self.assertAlmostEqual(got, want, delta=1e-5 * abs(want))

    def test_there_is_a_whole_way(self):
        self.assertEqual(self.status, 0)
        self.assertEqual(list(self.sections), [1, 2, 3, 4, 5, 6, 7, 8])
        self.assertGreater(len(EQUATION.findall(self.text)), 30)
        self.assertEqual(2 * len(EQUATION.findall(self.text)) + len(FIGURE.findall(self.text)),
                         len(re.findall(r"^    .*= ", self.text, re.MULTILINE)))
        self.assertNotRegex(self.text, r"\bnan\b|\binf\b")

    def test_each_equation_holds_for_its_own_figures(self):
        for name, expression, value, _ in EQUATION.findall(self.text):
            with self.subTest(f"{name} = {expression}"):
                got, largest = reckon(expression)
                # Six digits each: of a difference, what is left is as exact as its largest term.
                difference = re.match(r"\S+( \S+)? [-+] ", expression)
                slack = 1e-4 * abs(float(value)) + (1e-5 * largest if difference else 0)
                self.assertAlmostEqual(got, float(value), delta=slack)

    def test_every_figure_of_an_equation_was_told_before(self):
        known = {"1", "1e6", "365.25"}  # the million, days of a year
        for match in EQUATION.finditer(self.text):
            before = self.text[:match.start()]
            for number in re.findall(r"(?<![\w.])\d[.\d]*(?:e[-+]?\d+)?(?![\w.])", match[2]):
                told = re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", before)
                self.assertTrue(told or number in known, f"{number} in {match[2]}")

    def test_lines_fit_a_narrow_terminal(self):
        for line in self.text.splitlines():
            if line.startswith("    "):
                self.assertLessEqual(len(line), 80, line)

    def test_joules_are_the_report_s(self):
        energy = self.model["energy"]
        shown = results(self.sections[5])
        gross, net = (energy[key]["per_inference_j"] for key in ("gross", "net"))
        self.same(dict(shown)["gross"], gross["value"])
        self.same(dict(shown)["net"], net["value"])
        lows = [value for name, value in shown if name == "low"]
        highs = [value for name, value in shown if name == "high"]
        for got, figure, kind in zip(range(3), (gross, net, gross),
                                     ("statistical", "statistical", "systematic")):
            self.same(lows[got], figure[kind]["low"])
            self.same(highs[got], figure[kind]["high"])

    def test_channels_are_the_report_s(self):
        channels = self.model["energy"]["attribution"]["channels"]
        shown = [value for name, value in results(self.sections[4]) if name == "gross"]
        self.assertEqual(len(shown), len(channels))
        for got, channel in zip(shown, channels):
            self.same(got, channel["joules"])

    def test_grams_are_the_report_s(self):
        footprint = self.model["footprint"]
        for number, name, key in ((6, "electricity", "operational_g"), (7, "manufacturing", "embodied_g"),
                                  (8, "one inference", "per_inference_g")):
            if footprint[key] is None:
                continue
            shown = dict(reversed(results(self.sections[number])))  # the first of each name
            self.same(shown[name], footprint[key]["value"])
            self.same(shown["low"], footprint[key]["low"])
            self.same(shown["high"], footprint[key]["high"])
        self.same(dict(results(self.sections[8]))["a year"], footprint["at_rate"]["year_g"])

    def test_what_the_report_tells_of_channels_adds_up(self):
        energy, meter = self.model["energy"], self.report["meter"]
        attribution = energy["attribution"]
        idle_w = {(channel["sensor"], channel["id"]): channel["idle_w"] for channel in meter["channels"]}
        parts = {part["part"]: part["joules"] for part in energy["parts"]}
        for channel in attribution["channels"]:
            want_j = idle_w[channel["sensor"], channel["id"]] * attribution["span_s"]
            self.assertAlmostEqual(channel["idle_j"], want_j, delta=1e-9 * want_j)
            gross_j = channel["net_joules"] + channel["idle_ratio"] * channel["idle_j"]
            self.assertAlmostEqual(channel["joules"], gross_j, delta=1e-9 * gross_j)
            parts[channel["part"]] -= channel["joules"]
        for name in ("cpu", "memory"):
            self.assertAlmostEqual(parts[name], 0, delta=1e-9)
        self.assertGreaterEqual(energy["rounds_made"], energy["gross"]["rounds"])
        self.assertGreaterEqual(attribution["span_s"], energy["inference_s"])


class WithoutGrams(Equations):
    words = ["--dedicated", "--intensity=0", "--no-embodied", "--rate=1"]


class Rows(unittest.TestCase):
    def test_a_row_is_chosen_by_name(self):
        done, _ = explain("compare", "cifar10-nano", "--explain=cifar10-nano:float32")
        self.assertIn("\ncifar10-nano:float32, from counter to gram\n", done.stdout)
        self.assertEqual(done.stdout.count("from counter to gram"), 1)

    def test_without_a_name_it_is_the_row_of_least_carbon(self):
        done, report = explain("compare", "cifar10-nano:int8", "cifar10-small:float32", "--explain")
        grams = {model["footprint"]["per_inference_g"]["value"]: model["name"]
                 for model in report["models"]}
        self.assertIn(f"\n{grams[min(grams)]}, from counter to gram\n", done.stdout)

    def test_a_row_that_is_not_there_is_told_after_the_table(self):
        done = miev("run", NANO, "--input", CAT, "--budget=0", "--explain=mobilenet")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"there is no row 'mobilenet' in this report: it has {NANO}", done.stderr)
        self.assertIn("dog", done.stdout)

    def test_without_energy_it_says_why(self):
        done = miev("run", NANO, "--input", CAT, "--budget=0", "--explain", "--quiet")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no energy and so no grams: no rounds were asked for", done.stdout)

    def test_a_failed_row_has_nothing_to_explain(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, "page.tflite")
            page.write_text("<!DOCTYPE html>")
            done = miev("run", page, "--input", CAT, "--budget=0", "--explain")
        self.assertIn("It failed (unsupported)", done.stdout)

    def test_it_wants_the_terminal_for_itself(self):
        done = miev("run", NANO, "--input=/nonexistent", "--explain", "--csv=-")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--csv - and --explain both want standard output", done.stderr)


class Help(unittest.TestCase):
    def test_the_value_is_optional(self):
        self.assertRegex(miev("run", "--help").stdout, r"\n  --explain\[=MODEL\] ")
        self.assertIn("--explain", (ROOT / "docs/outputs.md").read_text())
