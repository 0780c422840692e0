# SPDX-License-Identifier: Apache-2.0
"""Live figures over HTTP against a server of our own, which answers as the providers' documents say,
late, wrongly or not at all."""

import contextlib
import http.server
import json
import pathlib
import tempfile
import threading
import time
import unittest

import support
from support import miev

SLOW_S = 6


def answer(value, actual=True):
    at = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(time.time() // 1800 * 1800))
    intensity = {"forecast": value, "actual": value if actual else None, "index": "low"}
    return json.dumps({"data": [{"from": at, "to": at, "intensity": intensity}]})


@contextlib.contextmanager
def server(status=200, body="", delay_s=0, location=None):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            time.sleep(delay_s)
            with contextlib.suppress(OSError):
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}", asked
    finally:
        listening.shutdown()
        listening.server_close()


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.keep_report(cls, "run", "cifar10-nano:int8", "--budget=5")

    def setUp(self):
        self.cache = tempfile.TemporaryDirectory()
        self.addCleanup(self.cache.cleanup)

    def env(self, **more):
        return support.environment(XDG_CACHE_HOME=self.cache.name, XDG_CONFIG_HOME=self.cache.name,
                                   no_proxy="127.0.0.1", **more)

    def site(self, url, *words, live="neso", **more):
        done = miev("footprint", self.path, "--zone", "GB", "--live", live, "--json", "-", *words,
                    env=self.env(MIEV_NESO_URL=url, MIEV_ELECTRICITYMAPS_URL=url, **more))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["site"]

    def test_the_figure_of_now_prices_the_report_and_names_its_source(self):
        with server(body=answer(123)) as (url, asked):
            site = self.site(url)
            self.assertEqual(site["intensity_g_per_kwh"], 123)
            self.assertRegex(site["source"], r"NESO .*live, of 20\d\d-\d\d-\d\d \d\d:\d0 UTC$")
            self.assertRegex(asked[0][0], r"^/intensity/20\d\d-")
            self.site(url)
            self.assertEqual(len(asked), 1)  # kept for its half-hour

    def test_the_last_known_figure_says_that_it_is(self):
        with server(body=answer(123)) as (url, _):
            self.site(url)
        kept = next(pathlib.Path(self.cache.name, "miev/grid").iterdir())
        aged = json.loads(kept.read_text())
        aged["at"] -= 7200
        kept.write_text(json.dumps(aged))
        with server(status=500, body="broken") as (url, _):
            site = self.site(url)
        self.assertEqual(site["intensity_g_per_kwh"], 123)
        self.assertIn("last known figure", site["source"])
        self.assertIn("500", site["source"])

    def test_without_an_answer_the_years_average_stays_and_says_so(self):
        troubles = ({"status": 404}, {"body": "<html>"}, {"body": answer(5).replace("5", "null")},
                    {"status": 302, "location": "http://127.0.0.1:1/"}, {"body": "x" * (2 << 20)})
        for trouble in troubles:
            with self.subTest(trouble=str(trouble)[:40]), server(**trouble) as (url, _):
                site = self.site(url)
                self.assertGreater(site["intensity_g_per_kwh"], 150)
                self.assertIn("the year's average, because no live figure could be had", site["source"])

    def test_a_slow_provider_is_not_waited_for(self):
        with server(body=answer(123), delay_s=SLOW_S) as (url, _):
            began = time.monotonic()
            site = self.site(url)
            self.assertLess(time.monotonic() - began, SLOW_S)
        self.assertIn("in time", site["source"])

    def test_a_key_goes_to_the_provider_alone_and_is_never_shown(self):
        body = json.dumps({"carbonIntensity": 302, "datetime": time.strftime("%Y-%m-%dT%H:00:00.000Z",
                                                                             time.gmtime())})
        with server(body=body) as (url, asked):
            site = self.site(url, live="electricitymaps:GB", ELECTRICITYMAPS_TOKEN="hush-hush")
            self.assertEqual(asked[0][1]["auth-token"], "hush-hush")
            self.assertIn("zone=GB", asked[0][0])
        self.assertEqual(site["intensity_g_per_kwh"], 302)
        self.assertNotIn("hush", json.dumps(site))
        self.assertNotIn("hush", "".join(p.read_text() for p in
                                         pathlib.Path(self.cache.name).rglob("*") if p.is_file()))

    def test_a_key_crosses_no_network_in_the_clear(self):
        site = self.site("http://203.0.113.1", live="electricitymaps:GB", ELECTRICITYMAPS_TOKEN="k")
        self.assertIn("https://", site["source"])

    def test_the_marginal_signal_is_kept_apart(self):
        body = json.dumps([{"location": "uksouth", "time": time.strftime("%Y-%m-%dT%H:%M:00Z",
                                                                         time.gmtime()),
                            "rating": 700, "duration": "00:05:00"}])
        with server(body=body) as (url, _):
            site = self.site(url, live="carbon-aware:uksouth", CARBON_AWARE_URL=url)
        self.assertEqual(site["zone"], "United Kingdom (marginal)")
        self.assertIn("marginal", site["source"])

    def test_zones_lists_now_and_the_hours_to_come(self):
        with server(body=answer(123, actual=False)) as (url, _):
            done = miev("zones", "--live", "neso", "GB", env=self.env(MIEV_NESO_URL=url))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"UTC +123  now, modelled\n")
        self.assertRegex(done.stdout, r"UTC +123  to come, modelled\n")

    def test_words_that_make_no_sense_are_refused(self):
        for words, part in ((["--live", "oracle"], "there are electricitymaps, neso, carbon-aware"),
                            (["--live", "neso:99"], "regions 1 to 17"),
                            (["--live", "neso", "--year", "2024"], "give one of them"),
                            (["--live", "neso", "--intensity", "5"], "")):
            done = miev("footprint", self.path, "--zone", "GB", *words, env=self.env())
            self.assertEqual(done.returncode, 2)
            self.assertIn(part, done.stderr)
