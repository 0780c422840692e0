# SPDX-License-Identifier: Apache-2.0
"""Models served elsewhere: asked, loaded and metered, against a server of the tests (every way to
answer wrongly too) and against MLServer where it is installed."""

import contextlib
import json
import os
import pathlib
import shutil
import ssl
import struct
import subprocess
import tempfile
import time
import unittest
import urllib.request

import support
from remote_server import BEST, CLASSES, WATTS, Server, serving

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = json.loads((support.ROOT / "docs/report.schema.json").read_text())
FIXTURES = support.ROOT / "tests/fixtures/remote"


def measure(*words, command="run", env=None):
    """(exit status, standard error, report or None), the report held against its schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.json")
        done = support.miev(command, *words, "--input", support.CAT, "--json", path, "--no-history",
                            env=env)
        report = json.loads(path.read_text()) if path.exists() else None
    if report and jsonschema:
        jsonschema.validate(report, SCHEMA)
    return done.returncode, done.stderr, report


def name_of(server, model="net", protocol="oip"):
    return f"{protocol}:http://127.0.0.1:{server.port}/{model}"


def ask(server, model="net", protocol="oip", *words, **more):
    """The model's part of a report of one answer."""
    status, stderr, report = measure(name_of(server, model, protocol), "--budget", "0", *words, **more)
    if report is None:
        raise AssertionError(f"exit status {status} and no report: {stderr}")
    return report["models"][0]


class Answers(unittest.TestCase):
    def test_the_open_inference_protocol_is_spoken_as_json(self):
        with serving() as server:
            model = ask(server)
            body = json.loads(server.bodies[-1][1])
        self.assertEqual(model["predictions"][0]["index"], BEST)
        self.assertEqual(model["engine"]["delegate"], "oip-json")
        self.assertEqual((model["engine"]["runtime"], model["engine"]["version"]), ("mlserver", "1.7.1"))
        self.assertEqual(body["inputs"][0]["shape"], [1, 32, 32, 3])
        self.assertEqual(len(body["inputs"][0]["data"]), 32 * 32 * 3)

    def test_binary_tensors_go_to_a_server_that_takes_them(self):
        with serving(binary=True) as server:
            model = ask(server)
            headers, body = server.bodies[-1]
        length = int(headers["Inference-Header-Content-Length"])
        self.assertEqual(len(body) - length, 32 * 32 * 3 * 4)
        self.assertEqual(model["predictions"][0]["index"], BEST)
        self.assertEqual(model["engine"]["delegate"], "oip-binary")
        self.assertEqual(model["engine"]["runtime"], "triton")

    def test_json_and_binary_send_the_same_numbers(self):
        with serving() as plain, serving(binary=True) as binary:
            ask(plain, "net", "oip", "--normalise", "unit")
            ask(binary, "net", "oip", "--normalise", "unit")
            sent = json.loads(plain.bodies[-1][1])["inputs"][0]["data"]
            headers, body = binary.bodies[-1]
        count = 32 * 32 * 3
        got = struct.unpack(f"<{count}f", body[int(headers["Inference-Header-Content-Length"]):])
        self.assertLess(max(abs(a - b) for a, b in zip(sent, got)), 1e-8)
        self.assertTrue(0 < sum(got) / count < 1)

    def test_tensorflow_serving_is_asked_by_rows_or_columns(self):
        with serving() as server:
            self.assertEqual(ask(server, "net", "tfserving")["predictions"][0]["index"], BEST)
            self.assertIn("instances", json.loads(server.bodies[-1][1]))
            model = ask(server, "columns", "tfserving")
            self.assertEqual(model["predictions"][0]["index"], BEST)
            self.assertIn("inputs", json.loads(server.bodies[-1][1]))
            self.assertEqual(model["engine"]["runtime"], "TensorFlow Serving")

    def test_a_version_is_asked_for_by_its_path(self):
        with serving() as server:
            model = ask(server, "net/versions/2")
            self.assertEqual(model["name"], "net/2")
            self.assertTrue(all("/versions/2" in path for path in server.paths if "models" in path),
                            server.paths)

    def test_the_users_own_labels_and_numbers_hold(self):
        with serving() as server, tempfile.TemporaryDirectory() as folder:
            labels = pathlib.Path(folder, "labels.txt")
            labels.write_text("".join(f"thing {i}\n" for i in range(CLASSES)))
            model = ask(server, "net", "oip", "--labels", labels, "--normalise", "unit")
        self.assertEqual(model["predictions"][0]["label"], f"thing {BEST}")
        self.assertEqual(model["preprocessing"]["from"]["normalisation"], "option")

    def test_a_card_tells_what_a_served_model_does_not(self):
        with serving() as server, tempfile.TemporaryDirectory() as folder:
            card = json.loads((support.ROOT / "models/cifar10-nano.json").read_text())
            card["files"] = [{"precision": "float32", "path": name_of(server)}]
            card["name"] = "served-nano"
            path = pathlib.Path(folder, "card.json")
            path.write_text(json.dumps(card))
            _, stderr, report = measure(path, "--budget", "0")
            self.assertIsNotNone(report, stderr)
            model = report["models"][0]
        self.assertEqual(model["predictions"][0]["label"], card["labels"][BEST])
        self.assertEqual(model["preprocessing"]["from"]["normalisation"], "card")
        self.assertEqual(model["address"], name_of(server))

    def test_the_process_that_asks_is_locked_in(self):
        with serving() as server:
            self.assertRegex(ask(server)["sandbox"], r"^remote: .*seccomp")


class Refusals(unittest.TestCase):
    """(what the server does, the code, words of the sentence)"""

    CASES = [
        ("missing", "unavailable", "not found"), ("page", "broken", "HTML page"),
        ("elsewhere", "broken", "not followed"), ("halved", "invalid", "no JSON"),
        ("refuses", "broken", "unexpected shape"), ("cut", "broken", "broke off"),
        ("huge", "limit", "16 MiB"), ("closed", "broken", "without an answer"),
        ("html", "broken", "HTML page"), ("short", "broken", "9 numbers"),
        ("shape", "broken", "1 x 11"), ("texts", "broken", "no number"),
        ("none", "broken", "lacks the output"), ("other", "broken", "did not tell"),
        ("nothing", "invalid", "no JSON"), ("deep", "limit", "nested"),
        ("header", "broken", "JSON part"), ("beyond", "broken", "claims 1099511627776 bytes"),
        ("nan", "broken", "not a finite number"),
    ]

    def test_every_wrong_answer_costs_its_row_and_says_why(self):
        with serving() as server:
            for model, code, words in self.CASES:
                with self.subTest(model):
                    error = ask(server, model)["error"]
                    self.assertEqual(error["code"], code, error)
                    self.assertIn(words, error["message"])
                    self.assertNotIn("\x1b", error["message"])

    def test_bare_nan_of_tensorflow_serving_is_read(self):
        with serving() as server:
            error = ask(server, "nan", "tfserving")["error"]
            self.assertIn("not a finite number", error["message"])

    def test_a_server_that_is_silent_is_given_up(self):
        with serving() as server:
            begun = time.monotonic()
            error = ask(server, "slow", "oip", "--timeout", "1")["error"]
        self.assertEqual(error["code"], "timeout")
        self.assertIn("did not answer within", error["message"])
        self.assertLess(time.monotonic() - begun, 5)

    def test_nobody_there_is_told_as_such(self):
        server = Server()
        server.server_close()
        error = ask(server)["error"]
        self.assertEqual(error["code"], "unavailable")
        self.assertIn("cannot connect", error["message"])

    def test_wrong_names_are_usage_errors(self):
        for word in ["oip:http://host:8000", "oip:host/net", "oip:http://u:p@host/net",
                     "tfserving:http://host/net/labels/x"]:
            done = support.miev("run", word, "--input", support.CAT)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertNotIn("u:p", done.stderr)

    def test_a_report_makes_nobody_ask_a_server_again(self):
        with serving() as server, tempfile.TemporaryDirectory() as folder:
            env = support.environment(MIEV_DATA=folder)
            support.miev("run", name_of(server), "--input", support.CAT, "--budget", "0", env=env)
            asked = len(server.paths)
            self.assertGreater(asked, 0)
            done = support.miev("repeat", "1", "--input", support.CAT, env=env)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("no reason to ask", done.stdout + done.stderr)
            self.assertEqual(len(server.paths), asked)

    def test_an_evaluation_asks_the_server_and_takes_no_joules_for_its_own(self):
        with tempfile.TemporaryDirectory() as folder, serving() as server:
            folder = pathlib.Path(folder)
            for name in ("class-3", "class-4"):  # the server of the tests always answers 3
                (folder / "data" / name).mkdir(parents=True)
                (folder / "data" / name / "a.png").write_bytes(support.CAT.read_bytes())
            (folder / "labels.txt").write_text("".join(f"class-{i}\n" for i in range(CLASSES)))
            done = support.miev("eval", name_of(server), "--dataset", folder / "data", "--labels",
                                folder / "labels.txt", "--state", folder / "state", "--json",
                                folder / "report.json")
            self.assertEqual(done.returncode, 0, done.stderr)
            report = json.loads((folder / "report.json").read_text())
            self.assertFalse(list(folder.glob("state/*")))
        model = report["models"][0]
        self.assertEqual((model["images"], model["top1"]["right"]), (2, 1))
        self.assertEqual(model["energy"]["method"], "unavailable")
        self.assertIn("served elsewhere", model["energy"]["reason"])
        self.assertIsNone(model["footprint"])


class Tls(unittest.TestCase):
    """https to a server whose certificate is trusted, or is not."""

    @classmethod
    def setUpClass(cls):
        if not shutil.which("openssl"):
            raise unittest.SkipTest("no openssl to make a certificate with: apt install openssl")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.key, cls.certificate = (pathlib.Path(folder.name, name) for name in ["key.pem", "cert.pem"])
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", cls.key, "-out", cls.certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.certificate, cls.key)
        cls.server = cls.enterClassContext(serving(tls=context))

    def ask(self, host, **env):
        _, _, report = measure(f"oip:https://{host}:{self.server.port}/net", "--budget", "0",
                               env=support.environment(**env))
        return report["models"][0]

    def test_a_trusted_certificate_is_taken(self):
        model = self.ask("localhost", SSL_CERT_FILE=str(self.certificate))
        self.assertEqual(model.get("predictions", [{}])[0].get("index"), BEST, model.get("error"))

    def test_a_stranger_or_another_name_is_refused(self):
        for host, env in [("localhost", {}), ("127.0.0.1", {"SSL_CERT_FILE": str(self.certificate)})]:
            error = self.ask(host, **env)["error"]
            self.assertEqual(error["code"], "broken", error)
            self.assertRegex(error["message"], "(?i)certificate|subject name")


class Token(unittest.TestCase):
    def test_the_token_goes_to_the_server_and_nowhere_else(self):
        secret = "tok-1234567890abcdef"
        env = support.environment(MIEV_REMOTE_TOKEN=secret, MIEV_DEBUG="1")
        with serving(token=secret) as server, serving() as meter:
            status, stderr, report = measure(name_of(server), "--budget", "0", "--meter",
                                             f"http://127.0.0.1:{meter.port}/metrics", env=env)
            self.assertEqual(status, 0, stderr)
            self.assertEqual(set(server.seen_tokens), {f"Bearer {secret}"})
            self.assertEqual([token for token in meter.seen_tokens if token], [])
        self.assertNotIn(secret, json.dumps(report) + stderr)

    def test_without_it_the_sentence_names_the_variable(self):
        with serving(token="another") as server:
            error = ask(server)["error"]
        self.assertEqual(error["code"], "permission")
        self.assertIn("MIEV_REMOTE_TOKEN", error["message"])

    def test_one_token_does_not_go_to_two_servers(self):
        env = support.environment(MIEV_REMOTE_TOKEN="tok-1234567890abcdef")
        with serving() as a, serving() as b:
            status, stderr, _ = measure(name_of(a), name_of(b, "other-net"), "--budget", "0",
                                        command="compare", env=env)
            self.assertNotEqual(status, 0)
            self.assertIn("MIEV_REMOTE_TOKEN", stderr)
            self.assertEqual([token for token in a.seen_tokens + b.seen_tokens if token], [])


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
