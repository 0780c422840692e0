# SPDX-License-Identifier: Apache-2.0
"""Real short studies: each report keeps to docs/report.schema.json, and its numbers to each other."""

import json
import pathlib
import re
import shutil
import tempfile
import unittest

import support

try:
    import jsonschema
except ImportError:
    jsonschema = None

NANO = "cifar10-nano:int8"


def load_schema(name):
    return json.loads((support.ROOT / "docs" / name).read_text())


def setUpModule():
    if not support.find_runtime():
        raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")


class ReportTest(unittest.TestCase):
    """Checks that hold for every report."""

    def check(self, report):
        self.check_schema(report)
        names = [model["name"] for model in report["models"]]
        self.assertEqual(len(names), len(set(names)))
        for model in report["models"]:
            with self.subTest(model["name"]):
                self.check_model(model, report)
        self.check_pairs(report)
        self.check_pareto(report)

    def check_schema(self, report):
        if jsonschema is None:
            self.skipTest("python3-jsonschema is not there")
        validator = jsonschema.Draft202012Validator(load_schema("report.schema.json"))
        wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(report)]
        self.assertEqual(wrong, [])

    def check_model(self, model, report):
        if "error" in model:
            self.assertNotIn("energy", model)
            self.assertNotIn("footprint", model)
            return
        self.check_latency(model["latency"])
        self.assertGreater(model["peak_memory_bytes"], model["bytes"])
        scores = [guess["score"] for guess in model["predictions"]]
        self.assertEqual(scores, sorted(scores, reverse=True))
        energy = model["energy"]
        if energy["method"] == "unavailable":
            self.assertIsNone(model["footprint"])
            return
        self.check_energy(energy)
        self.check_footprint(model["footprint"], energy, report["site"])
        self.check_load(model["load"], model["footprint"])
        if "at_rate" in model["footprint"]:
            self.check_rate(model["footprint"]["at_rate"], energy)

    def check_load(self, load, footprint):
        self.assertAlmostEqual(load["cold_s"], load["seconds"] + load["first_inference_s"])
        if load["cold_j"] is None:
            self.assertIsNone(footprint["cold_g"])
            return
        self.assertAlmostEqual(load["cold_j"]["value"], load["gross_j"] + load["first_inference_j"])
        self.assertGreater(footprint["cold_g"]["value"], footprint["per_inference_g"]["value"])

    def check_rate(self, rate, energy):
        """Served now and then, a request takes what waits for it, and never less than flat out."""
        if "reason" in rate:
            return
        gross_j = energy["gross"]["per_inference_j"]["value"]
        request_j = rate["per_request_j"]
        self.assertLessEqual(request_j["low"], request_j["value"])
        self.assertLessEqual(request_j["value"], request_j["high"])
        provisioned_s = rate["workers"] * 86400 / rate["requests_per_day"]
        net_j = energy["net"]["per_inference_j"]["value"]
        want_j = rate["idle_w"] * provisioned_s + net_j
        self.assertAlmostEqual(request_j["value"] / want_j, 1, delta=1e-6)
        self.assertAlmostEqual(rate["flat_out_ratio"], request_j["value"] / gross_j)
        year_g = rate["per_request_g"]["value"] * rate["requests_per_day"] * 365.25
        self.assertAlmostEqual(rate["year_g"] / year_g, 1, delta=1e-9)
        # The last of the curve is a worker that never waits.
        flat_out_j = rate["idle_w"] * energy["inference_s"] + net_j
        self.assertAlmostEqual(rate["curve"]["joules_per_request"][-1] / flat_out_j, 1, delta=1e-6)
        self.assertLess(flat_out_j, gross_j * 1.01)

    def check_pareto(self, report):
        """Each data set by itself; who is dominated is dominated by one of its own axis."""
        priced = {model["name"]: model for model in report["models"] if model.get("footprint")}
        for front in report["pareto"]:
            names = [entry["name"] for entry in front["models"]]
            self.assertEqual(names[0], front["most_accurate"])
            self.assertEqual(len(names) + len(front["not_on_axis"]), len(report["models"]))
            for entry in front["models"]:
                accuracy = priced[entry["name"]]["accuracy"]
                self.assertEqual((accuracy["dataset"], accuracy["split"]),
                                 (front["dataset"], front["split"]))
                self.assertEqual(entry["position"] == "dominated", bool(entry["dominated_by"]))
                self.assertLessEqual(set(entry["dominated_by"]), set(names) - {entry["name"]})
        on_axes = sum(len(front["models"]) for front in report["pareto"])
        self.assertEqual(on_axes, sum(1 for model in priced.values() if model["accuracy"]))

    def check_latency(self, latency):
        self.assertEqual(latency["p90_s"] is None, latency["samples"] < 10)
        self.assertEqual(latency["p99_s"] is None, latency["samples"] < 1000)
        known = [latency[key] for key in ("p50_s", "p90_s", "p99_s") if latency[key] is not None]
        self.assertEqual(known, sorted(known))
        ratios, seconds = latency["distribution"]["ratio"], latency["distribution"]["seconds"]
        n = latency["samples"]
        self.assertEqual(ratios, [p / 100 for p in (1, 5, 10, 25, 50, 75, 90, 95, 99)
                                  if p * n >= 500 and (100 - p) * n >= 500])
        self.assertEqual(len(seconds), len(ratios))
        self.assertEqual(seconds, sorted(seconds))
        for ratio, key in ((0.5, "p50_s"), (0.9, "p90_s"), (0.99, "p99_s")):
            if ratio in ratios and latency[key] is not None:
                self.assertEqual(seconds[ratios.index(ratio)], latency[key])

    def check_energy(self, energy):
        gross, net = (energy[key]["per_inference_j"] for key in ("gross", "net"))
        for figure in (gross, net):
            for kind in ("statistical", "systematic"):
                self.assertLessEqual(figure[kind]["low"], figure["value"])
                self.assertLessEqual(figure["value"], figure[kind]["high"])
        self.assertGreaterEqual(gross["value"], net["value"])
        parts = [part for part in energy["parts"] if part["headline"]]
        total = sum(part["joules"] for part in parts if part["joules"] is not None)
        self.assertAlmostEqual(total / gross["value"], 1, delta=1e-6)
        for part in parts:
            if part["joules"] is not None:
                self.assertTrue(part["low"] <= part["joules"] <= part["high"], part)
        self.assertEqual([part["part"] for part in energy["parts"]],
                         ["cpu", "memory", "gpu", "machine"])

    def check_footprint(self, footprint, energy, site):
        gross_j = energy["gross"]["per_inference_j"]["value"]
        operational_g = gross_j * site["pue"] * site["intensity_g_per_kwh"] / 3.6e6
        embodied_g = footprint["embodied_g"]["value"] if footprint["embodied_g"] else 0
        self.assertAlmostEqual(footprint["operational_g"]["value"], operational_g,
                               delta=1e-9 * operational_g)
        total = footprint["per_inference_g"]
        self.assertAlmostEqual(total["value"], operational_g + embodied_g,
                               delta=1e-9 * total["value"])
        self.assertLessEqual(total["low"], total["value"])
        self.assertLessEqual(total["value"], total["high"])
        self.assertEqual(footprint["embodied_g"] is None, site["embodied"] is None)

    def check_pairs(self, report):
        """Every two models with energy, once, and the words follow from the numbers."""
        names = [model["name"] for model in report["models"]
                 if model.get("energy", {}).get("method", "unavailable") != "unavailable"]
        want = {(a, b) for i, a in enumerate(names) for b in names[i + 1:]}
        self.assertEqual({(pair["a"], pair["b"]) for pair in report["comparison"]}, want)
        self.assertEqual(len(report["comparison"]), len(want))
        for pair in report["comparison"]:
            self.assertLessEqual(pair["systematic"]["low"], pair["statistical"]["low"])
            self.assertLessEqual(pair["statistical"]["low"], pair["ratio"])
            self.assertLessEqual(pair["ratio"], pair["statistical"]["high"])
            self.assertLessEqual(pair["statistical"]["high"], pair["systematic"]["high"])
            self.assertEqual(pair["likely"], pair["method"] != "measured")
            if pair["verdict"] == "lower":
                self.assertLess(pair["systematic"]["high"], 1)
            if pair["verdict"] == "higher":
                self.assertGreater(pair["systematic"]["low"], 1)

    def assert_same(self, got, want):
        for key in ("value", "low", "high"):
            self.assertAlmostEqual(got[key], want[key], delta=1e-9 * want[key])

    def with_energy(self, *words):
        """A study that had time for its rounds, however busy the machine is."""
        for budget in (5, 25):
            status, report = support.study(*words, f"--budget={budget}")
            self.assertEqual(status, 0)
            self.check(report)
            if all(model["energy"]["method"] != "unavailable" for model in report["models"]):
                return report
        self.skipTest("other programs keep this machine too busy: "
                      + report["models"][0]["energy"].get("reason", ""))


class Whole(ReportTest):
    def test_three_models_are_compared_pair_by_pair(self):
        report = self.with_energy("cifar10-nano", "cifar10-micro:int8", "--seed=20260",
                                  "--zone=KR", "--year=2020", "--pue=1.5", "--rate=1000")
        self.assertEqual([model["name"] for model in report["models"]],
                         ["cifar10-nano:float32", "cifar10-nano:int8", "cifar10-micro:int8"])
        self.assertEqual(report["settings"]["seed"], 20260)
        site = report["site"]
        self.assertEqual((site["zone"], site["year"], site["pue"], site["default"]),
                         ("South Korea", 2020, 1.5, False))
        for model in report["models"]:
            rate = model["footprint"]["at_rate"]
            self.assertEqual((rate["requests_per_day"], rate["workers"]), (1000, 1))
            self.assertGreater(rate["flat_out_ratio"], 100)
            self.assertGreater(rate["lamp_10w_h"], 0)
            self.assertEqual(model["guesses"], [])
        self.assertEqual([len(front["models"]) for front in report["pareto"]], [3])

    def test_electricity_without_carbon_leaves_only_manufacturing(self):
        report = self.with_energy(NANO, "--intensity=0", "--rate=10")
        site, footprint = report["site"], report["models"][0]["footprint"]
        self.assertEqual((site["zone"], site["year"], site["intensity_g_per_kwh"]),
                         ("custom", None, 0))
        self.assertEqual(footprint["operational_g"]["value"], 0)
        self.assertIsNone(footprint["at_rate"]["lamp_10w_h"])
        if site["embodied"]:
            self.assert_same(footprint["per_inference_g"], footprint["embodied_g"])



class Short(ReportTest):
    def test_without_embodied_manufacturing_is_left_out(self):
        """(What that does to the grams is tests/unit/test_price.c's.)"""
        _, report = support.study(NANO, "--budget=0", "--no-embodied")
        self.check(report)
        self.assertIsNone(report["site"]["embodied"])
        self.assertEqual((report["site"]["zone"], report["site"]["default"]), ("World", True))

    def test_without_a_budget_there_are_answers_and_no_joules(self):
        status, report = support.study(NANO, "--budget=0")
        self.check(report)
        self.assertEqual((status, report["stop"]["blocks"]), (0, 0))
        self.assertEqual(report["models"][0]["energy"]["method"], "unavailable")
        self.assertIsNone(report["models"][0]["latency"]["p99_s"])
        self.assertEqual(len(report["models"][0]["predictions"]), 5)
        self.assertIsNone(report["stop"]["ratio_half_width"])
        self.assertIsNone(report["stop"]["needed_budget_s"])

    def test_few_samples_have_no_99th_percentile(self):
        _, report = support.study("cifar10-small:int8", "--budget=0.1")
        self.check(report)
        self.assertLess(report["models"][0]["latency"]["samples"], 1000)

    def test_report_on_standard_output_is_nothing_but_the_report(self):
        done = support.miev("run", NANO, "--input", support.CAT, "--budget=0", "--json=-")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.check(json.loads(done.stdout))

    def test_report_that_cannot_be_written_still_shows_the_table(self):
        done = support.miev("run", NANO, "--input", support.CAT, "--budget=0",
                            "--json=/nonexistent/report.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent/report.json", done.stderr)
        self.assertIn(NANO, done.stdout)

    def test_a_drawn_seed_is_reported(self):
        seeds = {support.study(NANO, "--budget=0")[1]["settings"]["seed"] for _ in range(2)}
        self.assertEqual(len(seeds), 2)

    def test_require_measured_is_status_3_where_joules_are_not_measured(self):
        status, report = support.study(NANO, "--budget=0", "--require-measured")
        self.check(report)
        self.assertEqual(status, 3)


class Broken(ReportTest):
    def test_a_failed_model_costs_its_own_row_only(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder, "broken.tflite")
            whole = (support.ROOT / "models/cifar10-nano.int8.tflite").read_bytes()
            broken.write_bytes(whole[:len(whole) // 2])
            status, report = support.study(broken, NANO, "--budget=0")
        self.check(report)
        self.assertEqual(status, 1)
        failed, fine = report["models"]
        self.assertEqual((failed["name"], fine["name"]), ("broken.tflite", NANO))
        self.assertEqual(failed["error"]["code"], "broken")
        self.assertIn("cut short", failed["error"]["message"])
        self.assertNotIn("error", fine)

    def test_a_page_in_place_of_a_model_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, "page.tflite")
            page.write_text("<!DOCTYPE html><html><body>Sign in</body></html>")
            status, report = support.study(page, "--budget=0")
        self.check(report)
        self.assertEqual((status, report["stop"]["reason"]), (1, "failed"))
        self.assertEqual(report["models"][0]["error"]["code"], "unsupported")
        self.assertIn("HTML", report["models"][0]["error"]["message"])

    def test_a_bare_file_tells_what_was_guessed(self):
        path = support.ROOT / "models/cifar10-nano.float32.tflite"
        status, report = support.study(path, "--budget=0", command="run")
        self.check(report)
        model = report["models"][0]
        self.assertEqual((status, model["precision"], model["accuracy"]), (0, "as-is", None))
        self.assertEqual([guess.split(":")[0] for guess in model["guesses"]],
                         ["input", "resize", "labels", "output"])
        self.assertEqual(model["preprocessing"]["from"],
                         {"normalisation": "guess", "resize": "guess"})
        self.assertEqual(model["knows"], {"classes": 0, "first": [], "from": None})
        self.assertRegex(model["predictions"][0]["label"], r"^class \d$")


class Interrupted(ReportTest):
    def run_until(self, delay_s):
        done = support.interrupted_after(delay_s, "compare", NANO, "cifar10-small:int8", "--input",
                                         support.CAT, "--budget=60", "--target=0.1", "--json=-")
        self.assertEqual(done.returncode, 130)
        report = json.loads(done.stdout)
        self.check(report)
        self.assertEqual(report["stop"]["reason"], "interrupted")
        return report

    def test_ctrl_c_while_models_load_gives_a_whole_report(self):
        report = self.run_until(0.6)
        for model in report["models"]:
            if "error" in model:
                self.assertEqual(model["error"]["code"], "interrupted")

    def test_ctrl_c_while_measuring_keeps_what_was_measured(self):
        report = self.run_until(12)  # two blocks of both models on a crowded machine, too
        self.assertLess(report["stop"]["elapsed_s"], 30)


class Cards(unittest.TestCase):
    def test_every_bundled_card_keeps_to_its_schema(self):
        if jsonschema is None:
            self.skipTest("python3-jsonschema is not there")
        validator = jsonschema.Draft202012Validator(load_schema("card.schema.json"))
        cards = sorted((support.ROOT / "models").glob("*.json"))
        self.assertGreaterEqual(len(cards), 3)
        for card in cards:
            with self.subTest(card.name):
                wrong = [error.message for error in validator.iter_errors(json.loads(card.read_text()))]
                self.assertEqual(wrong, [])

    def test_the_card_to_copy_keeps_to_the_schema_and_is_read(self):
        """The one in docs/models.md, with the model of a bundled card beside it."""
        text = (support.ROOT / "docs/models.md").read_text()
        card = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
        if jsonschema is not None:
            jsonschema.Draft202012Validator(load_schema("card.schema.json")).validate(card)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "mine.json")
            path.write_text(json.dumps(card))
            shutil.copy(support.ROOT / "models/cifar10-nano.int8.tflite",
                        pathlib.Path(folder, card["files"][0]["path"]))
            _, report = support.study(path, "--budget=0", command="run")
        self.assertIn("the card says a height of 224, the model file has 32",
                      report["models"][0]["error"]["message"])

    def test_every_field_of_the_schemas_is_closed(self):
        """An object that takes anything would let a new field in without a word about it."""
        def objects(node):
            if isinstance(node, dict):
                if node.get("type") == "object":
                    yield node
                for child in node.values():
                    yield from objects(child)
            elif isinstance(node, list):
                for child in node:
                    yield from objects(child)
        for name in ("report.schema.json", "eval.schema.json", "card.schema.json",
                     "profile.schema.json"):
            for node in objects(load_schema(name)):
                self.assertIs(node.get("additionalProperties"), False)
                self.assertLessEqual(set(node.get("required", [])), set(node["properties"]))
