# SPDX-License-Identifier: Apache-2.0
"""A kept report priced by a lifetime and by an hour to come, and what would emit less than it."""

import json
import pathlib
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server  # noqa: E402
from test_live import server as provider  # noqa: E402  (served puts the folder of support in reach)
import support  # noqa: E402

SMALL = "cifar10-small:float32"
NANO = "cifar10-nano:int8"
HALF_HOUR_S = 1800


def forecast(values):
    """What NESO says of as many half-hours from now on, and when the first begins."""
    begin = int(time.time() // HALF_HOUR_S * HALF_HOUR_S)
    spans = [{"from": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(begin + i * HALF_HOUR_S)),
              "intensity": {"forecast": value, "actual": None}} for i, value in enumerate(values)]
    return json.dumps({"data": spans}), begin


def past(days=14):
    """A grid's past whose least hour is that from 13:00."""
    rows = ["datetime,g_per_kwh"]
    rows += [f"2024-03-{day:02} {hour:02}:00,{100 if hour == 13 else 300}"
             for day in range(1, days + 1) for hour in range(24)]
    return "\n".join(rows).encode() + b"\n"


class Kept(unittest.TestCase):
    """A server with one report that was measured in Great Britain."""

    options, environment = (), {}

    @classmethod
    def setUpClass(cls):
        support.keep_report(cls, "compare", SMALL, NANO, "--budget=12", "--zone=GB", "--rate=1000")
        cls.server = Server(*cls.options, env=cls.environment)
        cls.addClassCleanup(cls.server.__exit__)
        kept = cls.server.post("/api/v1/reports", cls.report)
        assert kept.status in (200, 201), kept.body
        cls.study = f"/api/v1/studies/{kept.json['id']}"

    def ask(self, what, status=200, **query):
        words = urllib.parse.urlencode(query)
        reply = self.server.get(f"{self.study}/{what}{'?' + words if words else ''}")
        self.assertEqual(reply.status, status, reply.body)
        return reply.json

    def kinds(self, **query):
        return {kind["kind"]: kind for kind in self.ask("alternatives", **query)["kinds"]}


class Lifetimes(Kept):
    def embodied(self, **query):
        return [m["footprint"]["embodied_g"] for m in self.ask("report", **query)["models"]]

    def test_a_lifetime_spreads_manufacturing_as_the_command_line_does(self):
        told = pathlib.Path(self.folder.name, "told.json")
        done = support.miev("footprint", self.path, "--zone=GB", "--lifetime=8", "--json", told)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ask("report", zone="GB", lifetime_years=8), json.loads(told.read_text()))
        for once, twice in zip(self.embodied(lifetime_years=8), self.embodied(lifetime_years=4)):
            self.assertAlmostEqual(twice["value"] / once["value"], 2, places=9)

    def test_places_and_exports_take_it_too(self):
        def grams(years):
            items = self.ask("places", lifetime_years=years)["zones"]["items"]
            return next(z for z in items if z["id"] == "NO")["per_inference_g"][0]["value"]
        self.assertGreater(grams(1), grams(10))
        for end in ("csv", "md", "jsonl", "html"):
            long, short = (self.server.get(f"{self.study}/export.{end}?lifetime_years={years}").body
                           for years in (10, 1))
            self.assertNotEqual(long, short, end)
        self.assertEqual(self.server.get(self.study + "/label?lifetime_years=5").status, 200)

    def test_a_study_is_asked_for_with_one(self):
        study = self.server.study(lifetime_years=6, budget_s=1)
        self.server.wait(study["id"], "finished")
        report = self.server.get(f"/api/v1/studies/{study['id']}/report").json
        if report["site"]["embodied"]:
            self.assertAlmostEqual(report["site"]["embodied"]["lifetime_s"]["low"], 6 * 365.25 * 86400)

    def test_bounds_are_those_of_the_command(self):
        for years in ("0.05", "101", "-1", "x", "nan", "0x10"):
            with self.subTest(years):
                self.assertIn("lifetime_years", self.ask("report", 400, lifetime_years=years)["detail"])

    def test_the_usual_lifetimes_are_told(self):
        self.assertEqual(self.server.get("/api/v1/machine").json["lifetime_years"]["desktop"],
                         {"value": 4, "low": 3, "high": 6})


class Alternatives(Kept):
    def command(self, *words):
        done = support.miev("alternatives", self.path, "--json", "-", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def same(self, query, *words):
        mine, its = self.ask("alternatives", **query), self.command(*words)
        for document in (mine, its):  # each says in its own words how to get a forecast
            document["kinds"][2]["why"] = None
        self.assertEqual(mine, its)
        return mine

    def test_they_are_those_of_the_command(self):
        self.same({})
        self.same({"model": SMALL}, "--model", SMALL)
        self.same({"model": SMALL, "zone": "KR", "pue": 1.3, "lifetime_years": 6, "regions": "eu,NO",
                   "max_latency_ms": 1000, "min_accuracy_percent": 20},
                  "--model", SMALL, "--zone=KR", "--pue=1.3", "--lifetime=6", "--regions=eu,NO",
                  "--max-latency=1000", "--min-accuracy=20")

    def test_the_reports_own_place_and_rate_stay(self):
        self.assertEqual(self.ask("alternatives")["requests_per_day"], 1000)
        self.assertEqual(self.same({"requests_per_day": 50}, "--rate=50")["requests_per_day"], 50)
        none = self.ask("alternatives", requests_per_day=0)
        self.assertEqual((none["requests_per_day"], none["year_g"]), (None, None))

    def test_a_kind_without_items_says_why_in_a_word_and_a_sentence(self):
        kinds = self.kinds(model=SMALL)
        self.assertEqual(kinds["settings"]["reason"], "no-sweep")
        self.assertIn("miev sweep", kinds["settings"]["why"])
        self.assertEqual(kinds["hour"]["reason"], "no-forecast")
        self.assertIn("miev serve --forecast", kinds["hour"]["why"])
        self.assertEqual(kinds["hardware"]["reason"], "not-projected")
        self.assertEqual(self.kinds(intensity_g_per_kwh=300)["place"]["reason"], "other-basis")
        self.assertEqual(self.kinds(model=SMALL, min_accuracy_percent=100)["models"]["reason"], "none")

    def test_wrong_queries_are_refused_in_words(self):
        for query, part in (({"model": "nobody"}, "no model 'nobody'"), ({"regions": "Atlantis"}, "Atlantis"),
                            ({"regions": ""}, "regions"), ({"max_latency_ms": 0}, "max_latency_ms"),
                            ({"min_accuracy_percent": 101}, "min_accuracy_percent"),
                            ({"zone": "Nowhere"}, "Nowhere"), ({"budget_s": 3}, "budget_s"),
                            ({"hour": "2026-11-28T20:00Z"}, "hour"), ({"colour": "red"}, "colour")):
            with self.subTest(query):
                self.assertIn(part, self.ask("alternatives", 400, **query)["detail"])
        self.assertEqual(self.server.get("/api/v1/studies/999/alternatives").status, 404)
        self.assertEqual(self.server.ask("PUT", self.study + "/alternatives").status, 405)

    def test_an_hour_without_a_provider_says_how_to_get_one(self):
        self.assertIsNone(self.server.get("/api/v1/machine").json["forecast"])
        detail = self.ask("report", 400, zone="GB", hour="2026-11-28T20:00Z")["detail"]
        self.assertIn("miev serve --forecast", detail)


class Hours(Kept):
    @classmethod
    def setUpClass(cls):
        body, cls.begin = forecast([200, 100, 300])
        listening = provider(body=body)
        url, cls.asked = listening.__enter__()
        cls.addClassCleanup(listening.__exit__, None, None, None)
        cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cache.cleanup)
        cls.options = ("--forecast", "neso")
        cls.environment = {"MIEV_NESO_URL": url, "no_proxy": "127.0.0.1", "XDG_CACHE_HOME": cache.name}
        super().setUpClass()

    def hour(self, i):
        return time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(self.begin + i * HALF_HOUR_S))

    def test_the_hours_to_come_have_figures_and_the_least_is_the_alternative(self):
        hour = self.kinds(zone="GB")["hour"]
        self.assertEqual([h["intensity_g_per_kwh"] for h in hour["hours"]], [200, 100, 300])
        self.assertEqual(hour["mean_g_per_kwh"], 200)
        least, = hour["items"]
        self.assertEqual(least["at_unix_s"], self.begin + HALF_HOUR_S)
        self.assertEqual(least["ratio"], hour["hours"][1]["ratio"])
        self.assertLess(least["ratio"], 1)
        self.assertIn("NESO", hour["source"])
        self.assertEqual(self.server.get("/api/v1/machine").json["forecast"], hour["source"])

    def test_an_hour_prices_the_report_by_its_figure(self):
        site = self.ask("report", zone="GB", hour=self.hour(1))["site"]
        self.assertEqual(site["intensity_g_per_kwh"], 100)
        self.assertIn("forecast for " + self.hour(1).replace("T", " ").replace("Z", " UTC"), site["source"])
        self.assertEqual(self.ask("report", zone="GB", hour=self.hour(2))["site"]["intensity_g_per_kwh"], 300)
        self.assertEqual(self.server.get(f"{self.study}/export.csv?zone=GB&hour={self.hour(1)}").status, 200)

    def test_the_provider_is_asked_once_for_all_of_them(self):
        self.kinds(zone="GB")
        before = len(self.asked)
        for _ in range(3):
            self.kinds(zone="GB")
            self.ask("report", zone="GB", hour=self.hour(1))
        self.assertEqual(len(self.asked), before)

    def test_an_hour_that_is_none_is_refused_in_words(self):
        for query, part in (({"zone": "GB", "hour": "tomorrow"}, "2026-11-28T20:00Z"),
                            ({"zone": "GB", "hour": "2001-01-01T00:00Z"}, "choose another"),
                            ({"zone": "KR", "hour": self.hour(1)}, "no forecast"),
                            ({"hour": self.hour(1)}, "none was named"),
                            ({"intensity_g_per_kwh": 5, "hour": self.hour(1)}, "give one of them")):
            with self.subTest(query):
                self.assertIn(part, self.ask("report", 400, **query)["detail"])
        self.assertEqual(self.server.post("/api/v1/studies", {"models": [NANO], "input": "sample:dog.jpg",
                                                              "hour": self.hour(1)}).status, 400)

    def test_a_place_that_the_provider_does_not_have_says_so_and_the_rest_stays(self):
        kinds = self.kinds(zone="KR")
        self.assertEqual(kinds["hour"]["reason"], "no-forecast")
        self.assertTrue(kinds["hour"]["why"])
        self.assertTrue(kinds["place"]["items"])


    def test_a_forecast_comes_before_a_file(self):
        reply = self.server.post(self.study + "/alternatives?zone=GB", past(), kind="text/csv")
        self.assertEqual(reply.status, 200, reply.body)
        hour = reply.json["kinds"][2]
        self.assertEqual([h["intensity_g_per_kwh"] for h in hour["hours"]], [200, 100, 300])
        self.assertNotIn("typical_day", hour)
        hour = self.server.post(self.study + "/alternatives?zone=KR", past(), kind="text/csv").json["kinds"][2]
        self.assertEqual(len(hour["typical_day"]["hours"]), 24)


class TypicalDays(Kept):
    """A file of the grid's past comes with the question, and is forgotten with the answer."""

    def send(self, body, status=200, kind="text/csv", **query):
        words = urllib.parse.urlencode(query)
        reply = self.server.post(f"{self.study}/alternatives{'?' + words if words else ''}", body, kind=kind)
        self.assertEqual(reply.status, status, reply.body)
        return reply.json

    def test_the_answer_is_that_of_the_command(self):
        path = pathlib.Path(self.folder.name, "past.csv")
        path.write_bytes(past())
        done = support.miev("alternatives", self.path, "--json", "-", "--typical-day", path, "--model", SMALL,
                            "--zone=KR", "--rate=50", "--regions=eu")
        self.assertEqual(done.returncode, 0, done.stderr)
        mine = self.send(past(), model=SMALL, zone="KR", requests_per_day=50, regions="eu")
        its = json.loads(done.stdout)
        hour, other = mine["kinds"][2], its["kinds"][2]
        self.assertEqual(hour["basis"].replace("a file", "past.csv"), other["basis"].replace(str(path), "past.csv"))
        other["basis"] = hour["basis"]  # the server does not know what the file is called
        self.assertEqual(mine, its)
        least, = hour["items"]
        self.assertEqual(least["what"], "13:00 to 14:00 UTC of a typical day")
        self.assertEqual(hour["typical_day"]["days"], 14)
        self.assertEqual((hour["typical_day"]["first_date"], hour["typical_day"]["last_date"]),
                         ("2024-03-01", "2024-03-14"))
        self.assertEqual(hour["typical_day"]["hours"][13]["ratio"], least["ratio"])

    def test_nothing_is_kept_of_it(self):
        before = sorted(self.server.data.rglob("*"))
        self.send(past())
        self.assertEqual(sorted(self.server.data.rglob("*")), before)
        self.assertEqual(self.kinds()["hour"]["reason"], "no-forecast")

    def test_a_file_that_is_none_is_refused_in_words(self):
        for body, part in ((past() + b"2024-03-15 00:00,many\n", "the file: line 338: 'many' is no carbon intensity"),
                           (b"datetime,price\n", "no column is a carbon intensity"),
                           (b"when,g_per_kwh\n", "no column is called 'datetime'"),
                           (b"datetime,g_per_kwh\n2024-03-01 00:00,1\0\n", "the file is no text"),
                           (bytes(range(256)) * 20, "the file is no text"), (b"", "the file: it holds nothing"),
                           (past(days=3), "has figures on 3 days")):
            with self.subTest(part):
                problem = self.send(body, 400)
                self.assertIn(part, problem["detail"])
                self.assertEqual(problem["code"], "invalid")

    def test_a_file_that_is_too_large_or_of_another_type_is_not_read(self):
        most = 4 << 20
        full = past() + b"#" + b"\n" * (most - len(past()) - 1)
        self.assertEqual(self.send(full)["kinds"][2]["typical_day"]["days"], 14)
        reply = self.server.ask("POST", self.study + "/alternatives", None, kind="text/csv",
                                headers={"Content-Length": str(most + 1)})
        self.assertEqual((reply.status, reply.json["code"]), (413, "too-large"))
        self.assertIn("at most 4194304", reply.json["detail"])
        for kind in ("application/json", "text/plain", "image/png", None):
            with self.subTest(kind):
                self.assertIn("text/csv", self.send(past(), 415, kind=kind)["detail"])
        self.send(past(), kind="text/csv; charset=utf-8")

    def test_the_query_is_held_to_the_same_rules(self):
        for query, part in (({"regions": "Atlantis"}, "Atlantis"), ({"model": "nobody"}, "no model 'nobody'"),
                            ({"colour": "red"}, "colour")):
            with self.subTest(query):
                self.assertIn(part, self.send(past(), 400, **query)["detail"])
        self.assertEqual(self.server.post("/api/v1/studies/999/alternatives", past(), kind="text/csv").status, 404)

    def test_a_page_of_another_site_may_not_send_one(self):
        reply = self.server.post(self.study + "/alternatives", past(), kind="text/csv",
                                 headers={"Origin": "http://elsewhere.example"})
        self.assertEqual(reply.status, 403)


class Start(unittest.TestCase):
    def test_a_provider_that_cannot_be_used_is_refused(self):
        for word, part in (("oracle", "electricitymaps, neso"), ("carbon-aware", "marginal"),
                           ("neso:13", "a provider alone")):
            with self.subTest(word):
                done = support.miev("serve", "--port", "0", "--forecast", word)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(part, done.stderr)


if __name__ == "__main__":
    unittest.main()
