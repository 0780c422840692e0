# SPDX-License-Identifier: Apache-2.0
"""Studies from their request to their deletion, alone and in a queue, in a server that may die."""

import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server, eventually  # noqa: E402
from test_routes import model, picture  # noqa: E402
import support  # noqa: E402

NANO = ["cifar10-nano:int8", "cifar10-nano:float32"]


def setUpModule():
    if not support.find_runtime():
        raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")


class Scene(unittest.TestCase):
    """One study, from its beginning to its end, and what can be done with it then."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.study = cls.server.study(models=NANO, budget_s=20, target_ratio=0.5, zone="KR",
                                     name="the first")
        with cls.server.events(cls.study["id"]) as events:
            cls.events = list(events)
        cls.path = f"/api/v1/studies/{cls.study['id']}"

    def priced_report(self):
        """Its report, where there was time enough for joules."""
        report = self.server.get(self.path + "/report").json
        if not all(entry.get("footprint") for entry in report["models"]):
            self.skipTest("this machine is too busy for a study of 20 s to find any joules")
        return report

    def test_it_waits_runs_and_ends(self):
        self.assertIn(self.study["status"], ("queued", "running"))
        self.assertEqual(self.study["model_ids"], NANO)
        self.assertEqual(self.study["input"]["id"], "sample:cat-kitten.jpg")
        kept = self.server.get(self.path).json
        self.assertEqual((kept["status"], kept["name"]), ("finished", "the first"))
        self.assertEqual(kept["model_ids"], NANO)
        self.assertTrue(kept["has_report"])
        self.assertIsNone(kept["progress"])
        listed = self.server.get("/api/v1/studies").json["studies"]
        self.assertIn(kept, listed)

    def test_its_events_have_rising_numbers_and_an_end(self):
        numbers = [number for number, _, _ in self.events]
        self.assertEqual(numbers, sorted(set(numbers)))
        kinds = [kind for _, kind, _ in self.events]
        self.assertEqual(kinds[-1], "end")
        self.assertEqual(set(kinds), {"study", "progress", "report", "end"})
        phases = {document["phase"] for _, kind, document in self.events if kind == "progress"}
        self.assertTrue(phases >= {"load", "warm-up", "latency", "rounds"}, phases)
        reports = [document for _, kind, document in self.events if kind == "report"]
        self.assertEqual(reports[0]["stop"]["reason"], "running")
        self.assertEqual(reports[-1], self.server.get(self.path + "/report").json)

    def test_a_late_client_and_one_that_comes_back_get_what_they_miss(self):
        with self.server.events(self.study["id"]) as events:
            self.assertEqual([kind for _, kind, _ in events], ["study", "end"])
        with self.server.events(self.study["id"], last=3) as events:
            self.assertEqual([number for number, _, _ in events], [4, 5])

    def test_another_place_costs_as_the_command_line_says(self):
        self.priced_report()
        priced = self.server.get(self.path + "/report?zone=NO&pue=1.3&embodied=false").json
        self.assertEqual(priced["site"]["zone"], "Norway")
        self.assertIsNone(priced["site"]["embodied"])
        kept = self.server.get(self.path + "/report").json
        self.assertEqual(kept["site"]["zone"], "South Korea")
        file = self.server.data / "kept.json"
        file.write_text(json.dumps(kept))
        told = self.server.data / "told.json"
        support.miev("footprint", file, "--zone", "NO", "--pue", "1.3", "--no-embodied", "--json", told)
        self.assertEqual(priced, json.loads(told.read_text()))
        for query in ["zone=Nowhere", "pue=x", "zone=KR&intensity_g_per_kwh=3", "budget_s=3", "a=1",
                      "zone=KR&zone=FR"]:
            self.assertEqual(self.server.get(f"{self.path}/report?{query}").status, 400)

    def test_every_place_agrees_with_the_report_priced_there(self):
        self.priced_report()
        places = self.server.get(self.path + "/places?pue=1.2").json
        here = {zone["id"]: zone for zone in places["zones"]["items"]}
        report = self.server.get(self.path + "/report?zone=FR&pue=1.2").json
        for i, entry in enumerate(report["models"]):
            self.assertEqual(here["FR"]["per_inference_g"][i], entry["footprint"]["per_inference_g"])
        self.assertEqual(places["models"], [entry["name"] for entry in report["models"]])

    def test_exports_are_those_of_the_command_line(self):
        self.priced_report()
        kept = self.server.data / "report.json"
        kept.write_bytes(self.server.get(self.path + "/report?download=1").body)
        for end, option in [("csv", "--csv"), ("md", "--markdown"), ("jsonl", "--json-lines")]:
            with self.subTest(end):
                reply = self.server.get(f"{self.path}/export.{end}")
                self.assertIn(f"miev-{self.study['id']}.{end}", reply.header("content-disposition"))
                file = self.server.data / f"file.{end}"
                support.miev("footprint", kept, "--zone", "KR", option, file)
                self.assertEqual(reply.body.decode(), file.read_bytes().decode())

    def test_it_is_named_anew(self):
        reply = self.server.ask("PATCH", self.path, {"name": "<b>new</b>"})
        self.assertEqual(reply.json["name"], "<b>new</b>")
        for body in [{}, {"name": 1}, {"name": "x" * 200}, {"name": "a", "id": 5}]:
            self.assertEqual(self.server.ask("PATCH", self.path, body).status, 400)
        self.server.ask("PATCH", self.path, {"name": "the first"})

    def test_the_models_say_what_was_found_last(self):
        self.priced_report()
        models = {entry["id"]: entry for entry in self.server.get("/api/v1/models").json["models"]}
        self.assertGreaterEqual(models[NANO[0]]["last"]["study"], self.study["id"])
        self.assertIsNone(models["cifar10-large:int8"]["last"])

    def test_it_is_repeated_compared_and_deleted(self):
        again = self.server.post(self.path + "/repeat")
        self.assertEqual((again.status, again.json["repeat_of"]), (202, self.study["id"]))
        self.assertEqual(again.json["model_ids"], NANO)
        number = again.json["id"]
        self.assertEqual(self.server.ask("DELETE", f"/api/v1/studies/{number}").status, 409)
        done = self.server.wait(number, "finished")
        self.assertEqual(self.server.get("/api/v1/models").status, 200)
        self.assertEqual(done["repeat_of"], self.study["id"])
        document = self.server.get(f"/api/v1/compare?a={self.study['id']}&b={number}").json
        self.assertEqual(len(document["models"]), 2)
        self.assertEqual(self.server.ask("DELETE", f"/api/v1/studies/{number}").status, 204)
        self.assertEqual(self.server.get(f"/api/v1/studies/{number}").status, 404)
        models = {entry["id"]: entry for entry in self.server.get("/api/v1/models").json["models"]}
        if models[NANO[0]]["last"]:
            self.assertEqual(models[NANO[0]]["last"]["study"], self.study["id"])
        self.assertEqual(self.server.post(self.path + "/cancel").status, 409)

    def test_its_report_is_imported_elsewhere_and_cannot_be_repeated_without_its_files(self):
        report = self.server.get(self.path + "/report").json
        report["input"]["sha256"] = "0" * 64
        with Server() as other:
            body = json.dumps(report).encode()
            first = other.post("/api/v1/reports", body, kind="application/json")
            again = other.post("/api/v1/reports", body, kind="application/json")
            self.assertEqual((first.status, again.status), (201, 200))
            self.assertEqual(first.json["status"], "imported")
            self.assertEqual(first.json["id"], again.json["id"])
            refused = other.post(f"/api/v1/studies/{first.json['id']}/repeat")
            self.assertEqual(refused.status, 409)
            self.assertIn("cat-kitten.jpg", refused.json["detail"])
            for bad in [b"{}", b"[]", b"", b"{", json.dumps({**report, "schema": "x/9"}).encode()]:
                reply = other.post("/api/v1/reports", bad, kind="application/json")
                self.assertIn(reply.status, (400, 422))


class Queue(unittest.TestCase):
    def setUp(self):
        self.server = Server("--queue", 3)
        self.addCleanup(self.server.__exit__)

    def place(self, study):
        return self.server.get(f"/api/v1/studies/{study['id']}").json["queue_place"]

    def test_a_clients_second_study_waits_behind_the_first_of_others(self):
        first = self.server.study(client="a", budget_s=30)
        self.server.wait(first["id"], "running")
        second = self.server.study(client="a")
        third = self.server.study(client="a")
        other = self.server.study(client="b")
        self.assertEqual([self.place(study) for study in (other, second, third)], [1, 2, 3])
        listed = self.server.get("/api/v1/studies").json["studies"]
        self.assertEqual([study["id"] for study in listed],
                         [study["id"] for study in (first, other, second, third)])
        full = self.server.post("/api/v1/studies", {"models": NANO, "input": "sample:dog.jpg"})
        self.assertEqual((full.status, full.json["code"]), (503, "queue-full"))
        cancelled = self.server.post(f"/api/v1/studies/{other['id']}/cancel")
        self.assertEqual((cancelled.status, cancelled.json["status"]), (202, "interrupted"))
        self.assertEqual(self.place(second), 1)
        with self.server.events(second["id"]) as events:
            _, kind, study = next(events)
            self.assertEqual((kind, study["queue_place"]), ("study", 1))
        self.assertEqual(self.server.ask("DELETE", f"/api/v1/studies/{second['id']}").status, 409)
        self.assertEqual(self.server.ask("DELETE", f"/api/v1/studies/{other['id']}").status, 204)

    def test_a_running_study_is_cancelled_and_keeps_what_there_is(self):
        study = self.server.study(models=NANO, budget_s=60)
        path = f"/api/v1/studies/{study['id']}"
        with self.server.events(study["id"]) as events:
            for _, kind, document in events:
                if kind == "progress" and document["block"] >= 2:
                    break
            begun = time.monotonic()
            self.assertEqual(self.server.post(path + "/cancel").status, 202)
            kinds = [kind for _, kind, _ in events]
        self.assertEqual(kinds[-1], "end")
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual(self.server.get(path).json["status"], "interrupted")
        report = self.server.get(path + "/report").json
        self.assertEqual(report["stop"]["reason"], "interrupted")

    def test_two_clients_ask_at_once_and_both_are_served(self):
        a = self.server.study(client="a", input="sample:dog.jpg")
        b = self.server.study(client="b", models=["cifar10-micro:int8"])
        self.server.wait(a["id"], "finished")
        self.server.wait(b["id"], "finished")
        for study, name in [(a, "cifar10-nano:int8"), (b, "cifar10-micro:int8")]:
            report = self.server.get(f"/api/v1/studies/{study['id']}/report").json
            self.assertEqual([entry["name"] for entry in report["models"]], [name])

    def test_own_model_and_own_picture(self):
        kind = "application/octet-stream"
        ids = [self.server.post("/api/v1/models?name=mine.tflite", model(n), kind=kind).json["id"]
               for n in (1, 2)]
        study = self.server.ask("POST", "/api/v1/studies?name=own&budget_s=2&zone=FR&models=" +
                                ",".join(ids), picture(7), kind="image/png")
        self.assertEqual(study.status, 202, study.body)
        self.assertEqual(self.server.ask("DELETE", "/api/v1/models/" + ids[0]).status, 409)
        done = self.server.wait(study.json["id"], "finished", "failed")
        self.assertEqual(done["status"], "finished", done)
        self.assertEqual(len(done["input"]["sha256"]), 64)
        self.assertEqual(self.server.get(done["input"]["href"]).body, picture(7))
        report = self.server.get(f"/api/v1/studies/{done['id']}/report").json
        names = [entry["name"] for entry in report["models"]]
        self.assertEqual(names[0], "mine.tflite")
        self.assertTrue(names[1].startswith("mine.tflite ("), names)
        again = self.server.post(f"/api/v1/studies/{done['id']}/repeat")
        self.assertEqual((again.status, again.json["model_ids"]), (202, ids))

    def test_a_picture_that_is_damaged_fails_its_study_in_words(self):
        damaged = self.server.post("/api/v1/inputs?name=half.png", picture(3)[:60], kind="image/png")
        study = self.server.study(input=damaged.json["id"])
        done = self.server.wait(study["id"], "finished", "failed")
        self.assertEqual(done["status"], "failed")
        if not done["has_report"]:
            self.assertTrue(done["error"]["detail"])


class Restart(unittest.TestCase):
    def test_a_server_that_is_killed_leaves_its_studies_cut_off(self):
        with Server() as server:
            running = server.study(models=NANO, budget_s=60)
            waiting = server.study()
            with server.events(running["id"]) as events:
                next(events for _, kind, document in events
                     if kind == "progress" and document["block"] >= 2)
            server.stop(signal.SIGKILL)
            with Server(data=server.data) as after:
                states = {study["id"]: study for study in after.get("/api/v1/studies").json["studies"]}
                self.assertEqual(states[running["id"]]["status"], "cut off")
                self.assertTrue(states[running["id"]]["has_report"])
                self.assertEqual(states[waiting["id"]]["status"], "cut off")
                self.assertFalse(states[waiting["id"]]["has_report"])
                path = f"/api/v1/studies/{waiting['id']}"
                self.assertEqual(after.get(path + "/report").status, 404)
                self.assertEqual(after.post(path + "/repeat").status, 409)
                report = after.get(f"/api/v1/studies/{running['id']}/report").json
                self.assertEqual(report["stop"]["reason"], "running")
                with after.events(running["id"], last=40) as events:
                    self.assertEqual([kind for _, kind, _ in events], ["study", "end"])
                for study in (running, waiting):
                    self.assertEqual(after.ask("DELETE", f"/api/v1/studies/{study['id']}").status, 204)

    def test_a_server_that_is_asked_to_stop_keeps_what_there_is(self):
        with Server() as server:
            running = server.study(models=NANO, budget_s=60)
            waiting = server.study()
            with server.events(running["id"]) as events, server.events(waiting["id"]) as others:
                next(events for _, kind, document in events
                     if kind == "progress" and document["block"] >= 2)
                server.process.send_signal(signal.SIGTERM)
                self.assertEqual([kind for _, kind, _ in events][-1], "end")
                self.assertEqual([kind for _, kind, _ in others][-1], "end")
            self.assertEqual(server.stop(), 0)
            with Server(data=server.data) as after:
                studies = {study["id"]: study for study in after.get("/api/v1/studies").json["studies"]}
                self.assertEqual(studies[running["id"]]["status"], "interrupted")
                self.assertEqual(studies[waiting["id"]]["status"], "interrupted")
                report = after.get(f"/api/v1/studies/{running['id']}/report").json
                self.assertEqual(report["stop"]["reason"], "interrupted")

    def test_uploads_stay_and_what_was_half_there_goes(self):
        with Server() as server:
            kept = server.post("/api/v1/inputs?name=stays.png", picture(9), kind="image/png").json
            (server.data / "uploads/inputs/incoming-abcdef").write_bytes(b"half")
            server.stop(signal.SIGKILL)
            with Server(data=server.data) as after:
                self.assertEqual(after.get(kept["href"]).body, picture(9))
                names = [item["name"] for item in after.get("/api/v1/inputs").json["inputs"]]
                self.assertIn("stays.png", names)
                self.assertEqual(list((server.data / "uploads/inputs").glob("incoming-*")), [])

    def test_the_command_line_sees_the_servers_studies(self):
        with Server() as server:
            running = server.study(budget_s=60)
            server.study()
            path = f"/api/v1/studies/{running['id']}"
            self.assertTrue(eventually(lambda: server.get(path).json["has_report"]))
            env = support.environment(MIEV_DATA=str(server.data))
            shown = support.miev("history", env=env).stdout
            self.assertIn("running", shown)
            self.assertIn("queued", shown)
            refused = support.miev("history", "delete", "2", env=env)
            self.assertIn("queued", refused.stderr)
            self.assertIn("no report", support.miev("history", "show", "2", env=env).stderr)
            self.assertEqual(server.get("/healthz").status, 200)


class Elsewhere(unittest.TestCase):
    def test_a_study_of_the_command_line_is_watched_to_its_end(self):
        with Server() as server:
            env = support.environment(MIEV_DATA=str(server.data))
            command = [support.MIEV, "run", "cifar10-nano:int8", "--input", str(support.CAT),
                       "--budget", "8", "--quiet"]
            with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as process:
                self.assertTrue(eventually(lambda: server.get("/api/v1/studies").json["studies"]))
                with server.events(1) as events:
                    told = [(kind, study["status"]) for _, kind, study in events if study]
                self.assertEqual(told[0], ("study", "running"))
                self.assertEqual(told[-1], ("end", "finished"))
                self.assertEqual(process.wait(timeout=60), 0)
            self.assertEqual(server.post("/api/v1/studies/1/cancel").status, 409)


if __name__ == "__main__":
    unittest.main()
