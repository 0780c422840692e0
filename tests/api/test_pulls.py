# SPDX-License-Identifier: Apache-2.0
"""Models that the server brings from where they are."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server  # noqa: E402
import support  # noqa: E402


class Asking(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def test_what_could_be_a_file_of_this_machine_is_refused(self):
        for what in ["/etc/passwd", "./model.tflite", "a/b", "-x", "", "file:///etc/passwd", 5, None]:
            with self.subTest(what):
                reply = self.server.post("/api/v1/pulls", {"what": what})
                self.assertEqual((reply.status, reply.json["code"]), (400, "invalid"))
        for body in [{}, {"what": "a", "more": 1}]:
            self.assertEqual(self.server.post("/api/v1/pulls", body).status, 400)
        self.assertEqual(self.server.get("/api/v1/pulls").json["pulls"], [])

    def test_one_that_is_not_there_is_not_found(self):
        for method, end in [("GET", ""), ("DELETE", ""), ("GET", "/events")]:
            for number in ["0", "77", "x"]:
                self.assertEqual(self.server.ask(method, f"/api/v1/pulls/{number}{end}").status, 404)


class Failing(unittest.TestCase):
    def test_a_name_that_nobody_knows_fails_in_words(self):
        with Server() as server:
            asked = server.post("/api/v1/pulls", {"what": "nobody-knows-this"})
            self.assertEqual(asked.status, 202)
            self.assertEqual(asked.header("location"), f"/api/v1/pulls/{asked.json['id']}")
            with server.events(asked.json["id"], of="pulls") as events:
                told = list(events)
            self.assertEqual(told[-1][1], "end")
            pull = server.get(f"/api/v1/pulls/{asked.json['id']}").json
            self.assertEqual(told[-1][2], pull)
            self.assertEqual((pull["state"], pull["model"]), ("failed", None))
            self.assertTrue(pull["problem"])
            self.assertEqual(server.ask("DELETE", f"/api/v1/pulls/{pull['id']}").status, 409)
            self.assertEqual(server.get("/api/v1/pulls").json["pulls"], [pull])


if __name__ == "__main__":
    unittest.main()
