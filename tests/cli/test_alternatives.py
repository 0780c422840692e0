# SPDX-License-Identifier: Apache-2.0
"""`miev alternatives`: what would emit less than a model of a kept report."""

import json
import tempfile
import time
import unittest

import support
from support import miev
from test_live import server

SMALL = "cifar10-small:float32"
NANO = "cifar10-nano:int8"
HALF_HOUR_S = 1800


class Alternatives(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.keep_report(cls, "compare", SMALL, NANO, "--budget=12", "--zone=GB", "--rate=1000")

    def run_it(self, *words, **environment):
        done = miev("alternatives", self.path, *words, env=support.environment(**environment))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def found(self, *words, **environment):
        document = json.loads(self.run_it("--json", "-", *words, **environment))
        return document, {kind["kind"]: kind for kind in document["kinds"]}

    def test_kinds_come_in_order_and_each_has_items_or_a_reason(self):
        document, kinds = self.found("--model", SMALL)
        self.assertEqual(list(kinds), ["settings", "models", "hour", "place", "hardware"])
        for kind in kinds.values():
            self.assertEqual(bool(kind["items"]), kind["why"] is None)
            ratios = [item["ratio"] for item in kind["items"]]
            self.assertEqual(ratios, sorted(ratios))
            self.assertTrue(all(0 < ratio < 1 for ratio in ratios))
        self.assertEqual(document["requests_per_day"], 1000)

    def test_the_report_keeps_its_place_unless_another_is_named(self):
        own = next(m for m in self.report["models"] if m["name"] == SMALL)["footprint"]["at_rate"]
        document, _ = self.found("--model", SMALL)
        self.assertAlmostEqual(document["cost_g"]["value"] / own["per_request_g"]["value"], 1, places=9)
        elsewhere, _ = self.found("--model", SMALL, "--zone", "NO")
        self.assertLess(elsewhere["cost_g"]["value"], document["cost_g"]["value"])

    def test_what_a_place_saves_is_what_the_footprint_says_there(self):
        document, kinds = self.found("--model", SMALL, "--regions", "NO")
        self.assertEqual([item["what"] for item in kinds["place"]["items"]
                          if ":" not in item["what"]], ["Norway"])
        ratio = next(i["ratio"] for i in kinds["place"]["items"] if i["what"] == "Norway")
        there, _ = self.found("--model", SMALL, "--zone", "NO")
        self.assertAlmostEqual(there["cost_g"]["value"] / document["cost_g"]["value"], ratio, places=6)

    def test_the_table_names_price_and_saving(self):
        shown = self.run_it("--model", SMALL, "--regions", "eu,NO")
        for part in ("Settings", "miev sweep MODEL", "Other models", "Place", "Norway", "saves a year"):
            self.assertIn(part, shown)
        self.assertNotIn("Lesotho", shown)

    def test_a_place_says_the_year_of_its_figure(self):
        year = self.report["site"]["year"]
        self.assertRegex(self.run_it("--model", SMALL, "--regions", "NO"), rf"(?m)^ *place .* year\b")
        self.assertRegex(self.run_it("--model", SMALL, "--regions", "NO"), rf"Norway .* {year}\b(?!\*)")
        _, kinds = self.found("--model", SMALL, "--zone", "GB", "--year", "2018", "--regions", "NO")
        self.assertEqual({item["year"] for item in kinds["place"]["items"]}, {2018})
        self.assertTrue(all(item["same_year"] for item in kinds["place"]["items"]))

    def test_a_figure_of_another_year_is_marked(self):
        _, kinds = self.found("--model", SMALL)
        other = [item for item in kinds["place"]["items"] if not item["same_year"]]
        for item in other:
            self.assertLess(item["year"], self.report["site"]["year"])
        # what a cloud's region says beside it
        shown = self.run_it("--model", SMALL)
        rows = {item["what"]: item for item in kinds["place"]["items"][:8]}
        for name, item in rows.items():
            self.assertRegex(shown, rf"{name} .*{item['year']}{'' if item['same_year'] else '[*]'}")

    def test_the_forecast_of_the_reports_place(self):
        begin = time.time() // HALF_HOUR_S * HALF_HOUR_S
        spans = [{"from": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(begin + i * HALF_HOUR_S)),
                  "intensity": {"forecast": value, "actual": None}} for i, value in enumerate((200, 100))]
        with tempfile.TemporaryDirectory() as folder, server(body=json.dumps({"data": spans})) as (url, _):
            _, kinds = self.found("--forecast", "neso", MIEV_NESO_URL=url, no_proxy="127.0.0.1",
                                  XDG_CACHE_HOME=folder)
        least, = kinds["hour"]["items"]
        self.assertEqual(least["what"], time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(begin + HALF_HOUR_S)))
        self.assertIn("NESO", kinds["hour"]["basis"])

    def test_a_typical_day_of_a_file_where_there_is_no_forecast(self):
        rows = ["Datetime (UTC),Zone id,Carbon intensity gCO\u2082eq/kWh (Life cycle)"]
        rows += [f"2024-03-{day:02} {hour:02}:00:00,GB,{100 if hour == 13 else 300}"
                 for day in range(1, 15) for hour in range(24)]
        with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
            file.write("\n".join(rows))
            file.flush()
            document, kinds = self.found("--typical-day", file.name)
            shown = self.run_it("--typical-day", file.name)
            least, = kinds["hour"]["items"]
            self.assertEqual(least["what"], "13:00 to 14:00 UTC of a typical day")
            self.assertAlmostEqual(least["day_g_per_kwh"], (23 * 300 + 100) / 24, places=9)
            self.assertEqual(least["days"], 14)
            self.assertIn("14 days from 2024-03-01 to 2024-03-14", kinds["hour"]["basis"])
            self.assertIn("13:00 to 14:00 UTC of a typical day", shown)
            hours = kinds["hour"]["typical_day"]["hours"]
            self.assertEqual([h["g_per_kwh"] for h in hours], [100 if h == 13 else 300 for h in range(24)])
            self.assertEqual(hours[13]["ratio"], least["ratio"])
            saved = least["saved_year_g"]["value"] / document["year_g"]["value"]
            self.assertAlmostEqual(saved, 1 - least["ratio"], places=9)
            file.write("\n2024-03-15 00:00:00,GB,many")
            file.flush()
            done = miev("alternatives", self.path, "--typical-day", file.name)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("line 338: 'many' is no carbon intensity", done.stderr)
        done = miev("alternatives", self.path, "--typical-day", "/nowhere.csv")
        self.assertIn("/nowhere.csv", done.stderr)

    def test_a_provider_that_fails_is_told_and_the_rest_is_shown(self):
        with server(status=500, body="broken") as (url, _):
            done = miev("alternatives", self.path, "--forecast", "neso",
                        env=support.environment(MIEV_NESO_URL=url, no_proxy="127.0.0.1"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no forecast", done.stderr)
        self.assertIn("Place", done.stdout)

    def test_refusals_say_what_to_do(self):
        for words, part in ((("--regions", "Atlantis"), "no zone is called 'Atlantis'"),
                            (("--model", "other"), "no model 'other'"),
                            (("--forecast", "carbon-aware"), "marginal")):
            with self.subTest(words=words):
                done = miev("alternatives", self.path, *words)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
