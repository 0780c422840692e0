# SPDX-License-Identifier: Apache-2.0
"""Models that the server brings from where they are."""

import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server  # noqa: E402
import support  # noqa: E402
import hub as hubs  # noqa: E402
from pulling import Pulling  # noqa: E402


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


class Bringing(Pulling):
    """`miev pull` as the server runs it, against a hub of this machine."""

    def ended(self, server, what):
        asked = server.post("/api/v1/pulls", {"what": what})
        self.assertEqual(asked.status, 202)
        with server.events(asked.json["id"], of="pulls") as events:
            return list(events)[-1][2]

    def test_what_was_pulled_can_be_measured_by_the_id_it_came_with(self):
        self.hub.answers["/o/r/resolve/main/net.tflite"] = hubs.serves(hubs.MODEL)
        with Server(env=self.env) as server:
            pull = self.ended(server, "hf:o/r:net.tflite")
            self.assertEqual((pull["state"], pull["model"]), ("done", "r-net"), pull["problem"])
            rows = [row for row in server.get("/api/v1/models").json["models"]
                    if row["id"] == "r-net"]
            self.assertEqual([(row["origin"], row["here"], row["sha256"]) for row in rows],
                             [("pulled", True, hubs.sha256(hubs.MODEL))])
            study = server.study(models=["r-net"])
            self.assertEqual(server.wait(study["id"], "finished", "failed")["status"], "finished")

    def test_a_pulled_model_is_deleted_unless_a_study_needs_it(self):
        self.hub.answers["/o/r/resolve/main/net.tflite"] = hubs.serves(hubs.MODEL)
        with Server(env=self.env) as server:
            self.assertEqual(self.ended(server, "hf:o/r:net.tflite")["state"], "done")
            study = server.study(models=["r-net"], budget_s=60)
            server.wait(study["id"], "running")
            again = server.ask("DELETE", "/api/v1/models/r-net")
            self.assertEqual((again.status, again.json["code"]), (409, "conflict"))
            server.post(f"/api/v1/studies/{study['id']}/cancel")
            server.wait(study["id"], "interrupted")
            self.assertEqual(server.ask("DELETE", "/api/v1/models/r-net").status, 204)
            self.assertEqual(server.get("/api/v1/models/r-net").status, 404)
            self.assertEqual(list((self.models / "blobs").iterdir()), [])
            self.assertEqual(list((self.models / "cards").iterdir()), [])

    def begin(self, server):
        """A pull that goes on for a minute, once it has some bytes."""
        self.hub.answers["/o/r/resolve/main/net.tflite"] = hubs.slow(hubs.MODEL * 20, 300, 0.2)
        asked = server.post("/api/v1/pulls", {"what": "hf:o/r:net.tflite"}).json
        path = f"/api/v1/pulls/{asked['id']}"
        self.wait_for(lambda: server.get(path).json["bytes"] > 0)
        return path

    def child(self, server):
        """The processes that a server runs."""
        tasks = pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def test_one_that_runs_is_cancelled(self):
        with Server(env=self.env) as server:
            path = self.begin(server)
            self.assertEqual(len(self.child(server)), 1)
            self.assertEqual(server.ask("DELETE", path).status, 202)
            with server.events(path.rsplit("/", 1)[1], of="pulls") as events:
                self.assertEqual(list(events)[-1][2]["state"], "cancelled")
            self.assertEqual(self.child(server), [])
            self.assertEqual(list((self.models / "blobs").iterdir()), [])

    def test_it_ends_with_the_server_however_that_ends(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            with Server(env=self.env) as server:
                self.begin(server)
                child, = self.child(server)
                server.stop(number)
                self.wait_for(lambda: not pathlib.Path(f"/proc/{child}").exists())
                self.assertEqual(list((self.models / "blobs").iterdir()), [])

    def test_an_address_of_the_server_s_own_machine_is_not_asked(self):
        with Server(env=self.env) as server:
            pull = self.ended(server, self.hub.url + "/net.tflite")
            self.assertEqual(pull["state"], "failed")
            self.assertIn("someone else's behalf", pull["problem"])
        self.assertEqual(self.hub.requests, [])


if __name__ == "__main__":
    unittest.main()
