# SPDX-License-Identifier: Apache-2.0
"""A server that others can reach: its token, its cookie, its names."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server  # noqa: E402
import support  # noqa: E402

TOKEN = "correct-horse-battery-staple"


class Token(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.file = pathlib.Path(folder.name, "token")
        cls.file.write_text(TOKEN + "\n")
        cls.server = Server("--listen", "0.0.0.0", "--token-file", cls.file,
                            "--host", "miev.example")
        cls.addClassCleanup(cls.server.__exit__)

    def status(self, path, method="GET", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.server.ask(method, path, headers=names).status

    def test_without_it_only_what_tells_nothing_is_answered(self):
        self.assertEqual(self.status("/healthz"), 200)
        self.assertEqual(self.status("/api/v1/openapi.json"), 200)
        self.assertEqual(self.server.get("/", check=False).status, 200)
        for path in ["/metrics", "/api/v1/machine", "/api/v1/models", "/api/v1/studies",
                     "/api/v1/inputs/sample:dog.jpg/content", "/api/v1/studies/1/events"]:
            with self.subTest(path):
                reply = self.server.get(path)
                self.assertEqual((reply.status, reply.json["code"]), (401, "unauthorised"))
                self.assertEqual(reply.header("www-authenticate"), "Bearer")

    def test_with_it_all_is_answered(self):
        self.assertEqual(self.status("/api/v1/studies", Authorization="Bearer " + TOKEN), 200)
        for wrong in ["Bearer " + TOKEN + "x", "Bearer " + TOKEN[:-1], "Bearer ", "Bearer",
                      "Basic " + TOKEN, TOKEN]:
            with self.subTest(wrong):
                self.assertEqual(self.status("/api/v1/studies", Authorization=wrong), 401)

    def test_a_browser_gets_a_cookie_for_it_that_no_script_reads(self):
        reply = self.server.post("/api/v1/session", {"token": TOKEN})
        self.assertEqual(reply.status, 204)
        cookie = reply.header("set-cookie")
        self.assertNotIn(TOKEN, cookie)
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        value = cookie.split(";")[0]
        self.assertEqual(self.status("/api/v1/machine", Cookie="a=b; " + value), 200)
        self.assertEqual(self.status("/api/v1/machine", Cookie=value[:-1] + "?"), 401)
        for wrong, status in [({"token": "x"}, 401), ({"token": 5}, 400), ({}, 400),
                              ({"token": TOKEN, "more": 1}, 400)]:
            reply = self.server.post("/api/v1/session", wrong)
            self.assertEqual(reply.status, status)
            self.assertIsNone(reply.header("set-cookie"))

    def test_a_proxys_name_is_ours(self):
        self.assertEqual(self.status("/healthz", Host="miev.example"), 200)
        reply = self.server.post("/api/v1/session", {"token": TOKEN},
                                 headers={"Host": "miev.example", "Origin": "https://miev.example"})
        self.assertEqual(reply.status, 204)
        reply = self.server.post("/api/v1/session", {"token": TOKEN},
                                 headers={"Host": "miev.example", "Origin": "https://evil.example"})
        self.assertEqual(reply.status, 403)

    def test_guessing_becomes_slow(self):
        with Server("--token-file", self.file) as server:
            statuses = [server.get("/api/v1/machine", headers={"Authorization": "Bearer no"}).status
                        for _ in range(150)]
            self.assertEqual(statuses[0], 401)
            self.assertEqual(statuses[-1], 429)

    def test_others_are_not_let_in_without_one(self):
        short = self.file.with_name("short")
        short.write_text("123\n")
        for words, sentence in [(["--listen", "0.0.0.0"], "needs a token"),
                                (["--listen", "::"], "needs a token"),
                                (["--host", "miev.example"], "needs a token"),
                                (["--listen", "example.org"], "no address"),
                                (["--token-file", short], "characters"),
                                (["--token-file", "/nowhere"], "/nowhere")]:
            with self.subTest(words):
                with tempfile.TemporaryDirectory() as data:
                    done = support.miev("serve", "--port", "0", *words,
                                        env=support.environment(MIEV_DATA=data))
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(sentence, done.stderr)


if __name__ == "__main__":
    unittest.main()
