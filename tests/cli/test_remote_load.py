# SPDX-License-Identifier: Apache-2.0
"""Models served elsewhere under load, and their energy: against a server of the tests, and against
MLServer where it is installed."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import time
import unittest
import urllib.request

import support
from remote_server import WATTS, serving
from remotes import measure, name_of

FIXTURES = support.ROOT / "tests/fixtures/remote"


class Load(unittest.TestCase):
    def test_an_open_loop_is_told_with_its_latencies(self):
        with serving() as server:
            _, _, report = measure(name_of(server), "--budget", "5", "--per-second", "40",
                                   "--concurrency", "4", "--seed", "7")
        traffic = report["models"][0]["traffic"]
        self.assertEqual(traffic["asked_per_s"], 40)
        self.assertEqual(traffic["concurrency"], 4)
        self.assertEqual(traffic["failed"], 0, traffic)
        self.assertEqual(traffic["answered"], traffic["sent"])
        expected = 40 * traffic["duration_s"]
        self.assertLess(abs(traffic["sent"] - expected), 5 * expected ** 0.5 + 1)
        self.assertEqual(traffic["latency"]["samples"], traffic["sent"])
        self.assertIsNone(traffic["latency"]["p99_s"])  # of fewer than 1,000
        self.assertEqual(report["stop"]["reason"], "no-meter")
        self.assertLessEqual(server.connections, 5)  # opened at need, and kept

    def test_waiting_for_a_server_that_is_too_slow_is_in_the_latency(self):
        delay_s = 0.1
        with serving(delay_s=delay_s) as server:
            _, _, report = measure(name_of(server), "--budget", "6", "--per-second", "40",
                                   "--concurrency", "1", "--timeout", "10")
        traffic = report["models"][0]["traffic"]
        self.assertGreater(traffic["waited"], traffic["sent"] / 2)
        self.assertLess(traffic["answered_per_s"], 1.1 / delay_s)
        self.assertLess(traffic["answered_per_s"], traffic["asked_per_s"] / 2)
        # By closed-loop reckoning the median would be 0.1 s.
        self.assertGreater(traffic["latency"]["p50_s"], 5 * delay_s)

    def test_failures_are_counted_and_the_first_is_told(self):
        with serving(delay_s=0.05) as server:
            server.most_at_once = 1  # enough for whoever asks again after each answer
            _, _, report = measure(name_of(server), "--budget", "4", "--per-second", "30")
        traffic = report["models"][0]["traffic"]
        self.assertGreater(traffic["failed"], 0)
        self.assertEqual(traffic["answered"] + traffic["failed"], traffic["sent"])
        self.assertIn("busy", traffic["fault"])

    def test_a_local_model_is_sent_no_load(self):
        done = support.miev("run", "cifar10-nano:int8", "--input", support.CAT, "--per-second", "5")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("served elsewhere", done.stderr)

    def test_people_see_a_table_of_it(self):
        with serving() as server:
            done = support.miev("run", name_of(server), "--input", support.CAT, "--budget", "3",
                                "--per-second", "20", "--no-history")
        self.assertIn("under load", done.stdout)
        self.assertIn("answered/s", done.stdout)


class Energy(unittest.TestCase):
    def test_without_a_meter_there_is_no_energy_and_none_of_ours(self):
        with serving() as server:
            _, _, report = measure(name_of(server), "--budget", "4")
        model = report["models"][0]
        self.assertEqual(model["energy"]["method"], "unavailable")
        self.assertIn("--meter", model["energy"]["reason"])
        self.assertIsNone(model["footprint"])
        self.assertIsNone(model["load"]["gross_j"])
        self.assertEqual([stage["gross_j"] for stage in model["stages"]], [None] * len(model["stages"]))
        self.assertEqual(report["stop"]["reason"], "no-meter")

    def test_beside_a_local_model_it_has_none_either(self):
        if not support.find_runtime():
            self.skipTest("no runtime for local models: scripts/fetch-runtime")
        with serving() as server:
            _, _, report = measure(name_of(server), "cifar10-nano:int8", "--budget", "6",
                                   command="compare")
        served, local = report["models"]
        self.assertEqual(served["energy"]["method"], "unavailable")
        self.assertIn("not its own", served["energy"]["reason"])
        self.assertIsNotNone(local["latency"])
        self.assertNotEqual(local["energy"].get("reason"), served["energy"]["reason"])
        self.assertEqual(report["comparison"], [])
        self.assertNotIn("remote", report["meter"])

    def test_gpu_counters_of_the_server_are_its_energy(self):
        with serving() as server:
            _, stderr, report = measure(name_of(server), "--budget", "70", "--per-second", "40", "--meter",
                                        f"http://127.0.0.1:{server.port}/metrics")
        model = report["models"][0]
        if report["stop"]["blocks"] < 2:
            self.skipTest("this machine is too crowded for two blocks of rounds")
        self.assertEqual(model["energy"]["method"], "measured", model["energy"])
        # The counter rises by WATTS whatever is done, so an inference takes that for its time; where others
        # keep the CPUs busy, the answers of server and meter come late.
        attribution = model["energy"]["attribution"]
        gross_j = model["energy"]["gross"]["per_inference_j"]["value"]
        self.assertAlmostEqual(gross_j / attribution["span_s"], WATTS, delta=0.2 * WATTS)
        self.assertIsNone(attribution["work_cpu_s"])
        parts = {part["part"]: part["method"] for part in model["energy"]["parts"]}
        self.assertEqual(parts, {"cpu": "unavailable", "memory": "unavailable", "gpu": "measured",
                                 "machine": "unavailable"})
        self.assertIn("processors and memory are not in it", report["meter"]["remote"]["boundary"])
        self.assertIsNone(report["site"]["embodied"])
        self.assertIsNone(model["footprint"]["embodied_g"])
        each_j = model["traffic"]["per_request_j"]
        self.assertAlmostEqual(each_j["value"] * model["traffic"]["answered_per_s"], WATTS,
                               delta=0.3 * WATTS)
        self.assertTrue(each_j["low"] < each_j["value"] < each_j["high"])

    def test_a_meter_that_tells_nothing_ends_the_study_in_words(self):
        with serving() as server:
            for path, words in [("/nowhere", "404"), ("/v2", "tells no joules"), ("", "404")]:
                status, stderr, report = measure(name_of(server), "--budget", "3", "--meter",
                                                 f"http://127.0.0.1:{server.port}{path}")
                self.assertEqual((status, report), (1, None))
                self.assertIn(words, stderr)

    def test_another_machines_meter_is_for_served_models(self):
        done = support.miev("run", "cifar10-nano:int8", "--input", support.CAT, "--meter",
                            "http://127.0.0.1:1/metrics")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("another machine", done.stderr)

    def test_a_miev_on_that_machine_is_a_meter(self):
        with tempfile.TemporaryDirectory() as folder, serving() as server, contextlib.ExitStack() as stack:
            token = pathlib.Path(folder, "token")
            token.write_text("abcdefghijklmnopqrstuvwx\n")
            env = support.environment(XDG_DATA_HOME=folder, XDG_STATE_HOME=folder)
            process = subprocess.Popen([support.MIEV, "serve", "--port", "0", "--token-file", token],
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
            stack.callback(process.stdout.close)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            line = process.stdout.readline()
            address = next(word for word in line.split() if word.startswith("http")).rstrip("/.")
            status, stderr, _ = measure(name_of(server), "--budget", "3", "--meter", address)
            self.assertEqual(status, 1)
            self.assertIn("MIEV_METER_TOKEN", stderr)
            env = support.environment(MIEV_METER_TOKEN="abcdefghijklmnopqrstuvwx")
            _, stderr, report = measure(name_of(server), "--budget", "40", "--per-second", "20", "--meter",
                                        address, env=env)
        model = report["models"][0]
        if report["stop"]["blocks"] >= 2:  # fewer fit on a crowded machine
            self.assertIn(model["energy"]["method"], ("measured", "estimated", "mixed"))
        self.assertTrue(all(channel["sensor"] == "remote" for channel in report["meter"]["channels"]))
        self.assertGreater(model["traffic"]["per_request_j"]["value"], 0)
        self.assertEqual(report["meter"]["remote"]["address"], address)


def mlserver():
    """A real server, or a skip that says how to get one."""
    program = os.environ.get("MIEV_MLSERVER")
    if not program:
        raise unittest.SkipTest("no MLServer: scripts/fetch-mlserver FOLDER installs one, and "
                                "MIEV_MLSERVER=FOLDER/bin/mlserver names it")
    return program


class RealPeer(unittest.TestCase):
    """MLServer 1.7.1 of Seldon, from PyPI, with a model of numpy."""

    ADDRESS = "127.0.0.1:18090"  # as fixtures/remote/mlserver/settings.json says

    @classmethod
    def setUpClass(cls):
        environment = support.environment(PYTHONDONTWRITEBYTECODE="1")
        process = subprocess.Popen([mlserver(), "start", "."], cwd=FIXTURES / "mlserver", env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.terminate)
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://{cls.ADDRESS}/v2/models/linear/ready", timeout=5).close()
                return
            time.sleep(0.2)
        raise AssertionError("MLServer does not start")

    def test_it_answers_as_numpy_does(self):
        _, _, report = measure(f"oip:http://{self.ADDRESS}/linear", "--budget", "6", "--per-second", "30",
                               "--normalise", "unit")
        model = report["models"][0]
        self.assertEqual(model["engine"]["runtime"], "mlserver")
        self.assertAlmostEqual(sum(p["score"] for p in model["predictions"]), 0.5, delta=0.1)
        self.assertEqual(model["traffic"]["failed"], 0)

    def test_its_refusal_comes_through(self):
        _, _, report = measure(f"oip:http://{self.ADDRESS}/absent", "--budget", "0")
        self.assertIn("not found", report["models"][0]["error"]["message"])


if __name__ == "__main__":
    unittest.main()
