# SPDX-License-Identifier: Apache-2.0
"""Models served elsewhere: asked and refused, against a server of the tests (every way to answer
wrongly too). Under load: test_remote_load.py."""

import json
import pathlib
import shutil
import ssl
import struct
import subprocess
import tempfile
import time
import unittest

import support
from remote_server import BEST, CLASSES, Server, serving
from remotes import ask, measure, name_of


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


if __name__ == "__main__":
    unittest.main()
