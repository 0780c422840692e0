# SPDX-License-Identifier: Apache-2.0
"""Datasets that clients bring, and how right models are on them."""

import io
import pathlib
import signal
import sys
import tarfile
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server, eventually  # noqa: E402
from test_routes import picture  # noqa: E402
import support  # noqa: E402

NANO = "cifar10-nano:int8"
SLOW = "cifar10-large:float32"
PHOTOS = support.ROOT / "models/photos"


def files(classes=("cat", "dog"), each=3, first=0, top=""):
    """Names and pictures: a folder for each class."""
    return {f"{top}{name}/{i}.png": picture(first + 100 * c + i)
            for c, name in enumerate(classes) for i in range(each)}


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(content, mode="w:gz", change=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            if change:
                change(member)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


class Datasets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def tearDown(self):
        """Nothing half-made stays, whatever came."""
        folder = self.server.data / "datasets"
        self.assertTrue(eventually(lambda: not list(folder.glob("incoming-*"))))

    def bring(self, body, name="pets.zip", kind="application/octet-stream"):
        return self.server.post(f"/api/v1/datasets?name={name}", body, kind=kind)

    def test_archives_of_each_kind_are_read_and_come_once(self):
        for i, (pack, kind) in enumerate([(zipped, "application/zip"), (tarred, "application/gzip"),
                                          (lambda content: tarred(content, "w"), None)]):
            with self.subTest(kind):
                body = pack(files(first=10 * i))
                first, again = self.bring(body, kind=kind), self.bring(body, kind=kind)
                self.assertEqual((first.status, again.status), (201, 200))
                self.assertEqual(first.json, again.json)
                self.assertEqual((first.json["name"], first.json["classes"], first.json["images"]),
                                 ("pets", ["cat", "dog"], 6))
                path = "/api/v1/datasets/" + first.json["id"]
                self.assertEqual(self.server.get(path).json, first.json)
                self.assertIn(first.json, self.server.get("/api/v1/datasets").json["datasets"])
                self.assertEqual(self.server.ask("DELETE", path).status, 204)
                self.assertEqual(self.server.get(path).status, 404)

    def test_a_folder_around_the_classes_is_passed_through(self):
        content = {**files(top="mine/train/", first=500), "__MACOSX/mine/._x": b"1"}
        self.assertEqual(self.bring(zipped(content)).json["classes"], ["cat", "dog"])
        single = self.bring(zipped(files(classes=["cat"], first=600)))
        self.assertEqual(single.json["classes"], ["cat"])

    def test_hostile_ones_are_refused_in_words(self):
        def link(member):
            member.type, member.linkname, member.size = tarfile.SYMTYPE, "/etc/passwd", 0

        def device(member):
            member.type, member.size = tarfile.CHRTYPE, 0

        good = files(first=700)
        for words, body in [("climbs", tarred({**good, "../../out.png": b"x"})),
                            ("absolute", tarred({**good, "/tmp/miev-out.png": b"x"})),
                            ("a link", tarred(good, change=link)),
                            ("a device", tarred(good, change=device)),
                            ("cut off", zipped(good)[:300]), ("no archive", b"x" * 1000),
                            ("empty", b""), ("no pictures", zipped({"readme.txt": b"x"})),
                            ("a bomb", tarred({"cat/0.png": bytes(200 << 20)}))]:
            with self.subTest(words):
                reply = self.bring(body)
                self.assertEqual(reply.status, 422, reply.body)
                self.assertGreater(len(reply.json["detail"]), 20)
        self.assertFalse(pathlib.Path("/tmp/miev-out.png").exists())
        self.assertFalse((self.server.data / "out.png").exists())

    def test_a_dataset_that_is_not_there(self):
        for name in ["0123456789ab", "x", "incoming-x", "0" * 64]:
            for method in ["GET", "DELETE"]:
                self.assertEqual(self.server.ask(method, "/api/v1/datasets/" + name).status, 404)

    def test_an_evaluation_that_makes_no_sense_is_refused_by_its_field(self):
        dataset = self.bring(zipped(files(first=800))).json["id"]
        good = {"model": NANO, "dataset": dataset}
        for change, word in [({"model": "nobody:int8"}, "nobody"), ({"dataset": "0" * 12}, "0" * 12),
                             ({"model": 1}, "model"), ({"dataset": None}, "dataset"),
                             ({"mapping": 5}, "mapping"), ({"mapping": {"cat": {}}}, "cat"),
                             ({"zone": "Atlantis"}, "Atlantis"), ({"zone": 5}, "zone"),
                             ({"limit": -1}, "limit"), ({"limit": 1.5}, "limit"), ({"more": 1}, "more")]:
            with self.subTest(word):
                reply = self.server.post("/api/v1/evaluations", {**good, **change})
                self.assertEqual(reply.status, 400, reply.body)
                self.assertIn(word, reply.json["detail"])
        self.assertEqual(self.server.get("/api/v1/evaluations").json["evaluations"], [])
        for method, end in [("GET", ""), ("DELETE", ""), ("GET", "/events")]:
            for number in ["0", "77", "x"]:
                reply = self.server.ask(method, f"/api/v1/evaluations/{number}{end}")
                self.assertEqual(reply.status, 404)


@unittest.skipUnless(support.find_runtime(), "no model runs here")
class Evaluations(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.__exit__)

    def bring(self, content):
        reply = self.server.post("/api/v1/datasets?name=mine.zip", zipped(content),
                                 kind="application/zip")
        self.assertEqual(reply.status, 201, reply.body)
        return reply.json

    def ask(self, dataset, **more):
        reply = self.server.post("/api/v1/evaluations",
                                 {"model": NANO, "dataset": dataset["id"], **more})
        self.assertEqual(reply.status, 202, reply.body)
        return reply.json

    def wait(self, asked):
        with self.server.events(asked["id"], of="evaluations") as events:
            told = [event for event in events if event[0]]
        self.assertEqual(told[-1][1], "end")
        done = self.server.get(f"/api/v1/evaluations/{asked['id']}").json
        self.assertEqual(told[-1][2], {name: value for name, value in done.items()
                                       if name != "report"})
        return told, done

    def test_it_waits_runs_and_ends_with_a_report(self):
        photos = {f"{path.stem.split('-')[0]}/{path.name}": path.read_bytes()
                  for path in sorted(PHOTOS.glob("*-*.*")) if path.suffix in (".jpg", ".png")}
        folders = sorted({name.split("/")[0] for name in photos})
        dataset = self.bring(photos)
        self.assertEqual(dataset["classes"], folders)
        mapping = {name: "cat" if name == "cat" else None for name in folders}
        told, done = self.wait(self.ask(dataset, zone="KR", mapping=mapping))
        self.assertEqual(done["state"], "done", done["problem"])
        cats = sum(name.startswith("cat/") for name in photos)
        self.assertEqual((done["done"], done["report"]["dataset"]["images"]), (cats, cats))
        self.assertEqual(done["top1"], done["report"]["models"][0]["top1"])
        self.assertEqual(done["report"]["site"]["zone"], "South Korea")
        self.assertTrue({event for _, event, _ in told} <= {"progress", "end"})
        page = self.server.get("/api/v1/models/" + NANO).json
        self.assertEqual([entry["id"] for entry in page["evaluations"]], [done["id"]])
        path = f"/api/v1/evaluations/{done['id']}"
        self.assertEqual(self.server.ask("DELETE", path).status, 204)
        self.assertEqual(self.server.get(path).status, 404)

    def test_folders_that_the_model_does_not_know_fail_in_words(self):
        _, done = self.wait(self.ask(self.bring(files(classes=("nonsense", "dog")))))
        self.assertEqual(done["state"], "failed")
        self.assertIn("nonsense", done["problem"])

    def test_it_waits_for_a_study_and_needs_its_dataset(self):
        study = self.server.study(budget_s=30)
        self.server.wait(study["id"], "running")
        dataset = self.bring(files())
        asked = self.ask(dataset)
        self.assertEqual((asked["state"], asked["queue_place"]), ("waiting", 1))
        listed = self.server.get("/api/v1/evaluations").json["evaluations"]
        self.assertEqual([(row["id"], row["queue_place"]) for row in listed], [(asked["id"], 1)])
        path = "/api/v1/datasets/" + dataset["id"]
        self.assertEqual(self.server.ask("DELETE", path).status, 409)
        ended = self.server.ask("DELETE", f"/api/v1/evaluations/{asked['id']}")
        self.assertEqual((ended.status, ended.json["state"]), (202, "cancelled"))
        self.assertEqual(self.server.ask("DELETE", path).status, 204)
        self.server.post(f"/api/v1/studies/{study['id']}/cancel")

    def test_one_that_runs_is_cancelled_and_goes_on_when_asked_again(self):
        dataset = self.bring(files(each=2500))
        asked = self.ask(dataset, model=SLOW)
        with self.server.events(asked["id"], of="evaluations") as events:
            next(events for _, _, row in events if row and row["done"] > 0)
            ended = self.server.ask("DELETE", f"/api/v1/evaluations/{asked['id']}")
            self.assertEqual(ended.status, 202)
            list(events)
        row = self.server.get(f"/api/v1/evaluations/{asked['id']}").json
        self.assertEqual(row["state"], "cancelled")
        _, done = self.wait(self.ask(dataset, model=SLOW))
        self.assertEqual((done["state"], done["done"]), ("done", 5000))
        self.assertGreater(done["report"]["models"][0]["resumed"]["images"], 0)

    def test_a_server_that_is_killed_leaves_it_interrupted(self):
        dataset = self.bring(files(each=2500))
        asked = self.ask(dataset, model=SLOW)
        with self.server.events(asked["id"], of="evaluations") as events:
            next(events for _, _, row in events if row and row["done"] > 0)
        self.server.stop(signal.SIGKILL)
        with Server(data=self.server.data) as after:
            row = after.get(f"/api/v1/evaluations/{asked['id']}").json
            self.assertEqual(row["state"], "interrupted")
            self.assertIn("again", row["problem"])
            with after.events(asked["id"], last=3, of="evaluations") as events:
                self.assertEqual([kind for _, kind, _ in events], ["end"])
            self.assertEqual(after.get("/api/v1/datasets").json["datasets"], [dataset])


if __name__ == "__main__":
    unittest.main()
