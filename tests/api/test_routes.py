# SPDX-License-Identifier: Apache-2.0
"""What the server answers without a study: itself, models, pictures, places, the page."""

import gzip
import pathlib
import re
import struct
import sys
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import CONTRACT, Server, eventually  # noqa: E402
import support  # noqa: E402

MODEL = support.ROOT / "models/cifar10-nano.int8.tflite"


def picture(seed):
    """A small PNG that differs by a number."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    rows = b"".join(b"\0" + bytes([seed % 256, seed // 256, row]) * 8 for row in range(8))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def model(seed):
    """A model file of another content: bytes behind the end of a flatbuffer change nothing."""
    return MODEL.read_bytes() + struct.pack("<IIII", seed, 0, 0, 0)


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def test_the_table_of_routes_and_the_contract_list_the_same(self):
        source = (support.ROOT / "src/server/routes.c").read_text()
        rows = re.findall(r'\{"(\w+)",\s+((?:V1|STUDY|"[^"]*")(?: "[^"]*")?),', source)
        table = {(method.lower(), path.replace("STUDY", "/api/v1/studies/{id}")
                  .replace("V1", "/api/v1").replace('"', "").replace(" ", ""))
                 for method, path in rows if "{page}" not in path}
        contract = {(method, path) for path, operations in CONTRACT["paths"].items()
                    for method in operations}
        self.assertEqual(table, contract)

    def test_the_simple_ones_answer_as_the_contract_says(self):
        for path in ["/healthz", "/metrics", "/api/v1/openapi.json", "/api/v1/machine",
                     "/api/v1/energy", "/api/v1/models", "/api/v1/inputs", "/api/v1/zones",
                     "/api/v1/studies",
                     "/api/v1/pulls", "/api/v1/datasets", "/api/v1/evaluations"]:
            with self.subTest(path):
                self.assertEqual(self.server.get(path).status, 200)
                head = self.server.ask("HEAD", path)
                self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(self.server.get("/api/v1/openapi.json").json, CONTRACT)
        for name in ["report.schema.json", "repeat.schema.json", "eval.schema.json"]:
            file = support.ROOT / "docs" / name
            self.assertEqual(self.server.get("/api/" + name).body, file.read_bytes())

    def test_the_page_is_a_page_or_a_sentence(self):
        reply = self.server.get("/")
        self.assertEqual(reply.status, 200)
        if not self.server.get("/api/v1/machine").json["pages_built"]:
            self.assertIn(b"without its page", reply.body)

    def test_the_pages_files_come_as_a_browser_takes_them(self):
        if not self.server.get("/api/v1/machine").json["pages_built"]:
            self.skipTest("this build has no page")
        for path, kind in [("/", "text/html"), ("/app.js", "text/javascript"),
                           ("/app.css", "text/css"), ("/world.json", "application/json"),
                           ("/icon.svg", "image/svg+xml")]:
            with self.subTest(path):
                plain = self.server.get(path, headers={"Accept-Encoding": "identity"})
                self.assertTrue(plain.header("content-type").startswith(kind))
                self.assertIn("require-trusted-types-for", plain.header("content-security-policy"))
                packed = self.server.get(path, headers={"Accept-Encoding": "br;q=0, gzip"})
                self.assertEqual(packed.header("content-encoding"), "gzip")
                self.assertEqual(gzip.decompress(packed.body), plain.body)
                self.assertNotEqual(packed.header("etag"), plain.header("etag"))
                for reply in (plain, packed):
                    self.assertEqual(reply.header("vary"), "Accept-Encoding")
                    self.assertEqual(reply.header("cache-control"), "no-cache")
                known = self.server.get(path, headers={"If-None-Match": plain.header("etag")})
                self.assertEqual((known.status, known.body), (304, b""))

    def test_large_answers_come_compressed_to_those_who_take_them(self):
        for path in ["/api/v1/models", "/api/v1/zones", "/api/v1/openapi.json",
                     "/api/v1/models/cifar10-nano:int8"]:
            with self.subTest(path):
                plain = self.server.get(path)
                self.assertIsNone(plain.header("content-encoding"))
                self.assertEqual(plain.header("vary"), "Accept-Encoding")
                for _ in range(2):  # made, and kept
                    packed = self.server.get(path, headers={"Accept-Encoding": "gzip, br"},
                                             check=False)
                    self.assertEqual(packed.header("content-encoding"), "gzip")
                    self.assertEqual(packed.header("vary"), "Accept-Encoding")
                    self.assertEqual(gzip.decompress(packed.body), plain.body)
                    self.assertLess(len(packed.body), len(plain.body) / 2)
                refused = self.server.get(path, headers={"Accept-Encoding": "gzip;q=0"})
                self.assertEqual(refused.body, plain.body)
        small = self.server.get("/healthz", headers={"Accept-Encoding": "gzip"})
        self.assertIsNone(small.header("content-encoding"))

    def test_unknown_addresses_and_methods_are_refused_in_words(self):
        for method, path, status in [("GET", "/nothing", 404), ("GET", "/api/v2/models", 404),
                                     ("POST", "/healthz", 405), ("DELETE", "/api/v1/zones", 405),
                                     ("PUT", "/api/v1/studies/1", 405), ("PATCH", "/", 404),
                                     ("OPTIONS", "/api/v1/models", 405)]:
            with self.subTest(path):
                reply = self.server.ask(method, path, check=False)
                self.assertEqual(reply.status, status)
                self.assertEqual(reply.header("content-type"), "application/problem+json")
                self.assertTrue(reply.json["detail"])
                self.assertEqual(reply.status == 405, reply.header("allow") is not None)

    def test_bundled_models_are_all_there_and_stay(self):
        models = self.server.get("/api/v1/models").json["models"]
        self.assertIn("cifar10-nano:int8", [model["id"] for model in models])
        self.assertTrue(all(model["knows"]["classes"] == 10 for model in models
                            if model["origin"] == "bundled"))
        reply = self.server.ask("DELETE", "/api/v1/models/cifar10-nano:int8")
        self.assertEqual((reply.status, reply.json["code"]), (409, "conflict"))

    def test_a_model_comes_once_and_goes(self):
        path = "/api/v1/models?name=..%2F..%2Fmine.tflite"
        kind = "application/octet-stream"
        first = self.server.post(path, model(1), kind=kind)
        again = self.server.post(path, model(1), kind=kind)
        self.assertEqual((first.status, again.status), (201, 200))
        self.assertEqual(first.json["name"], "mine.tflite")
        self.assertEqual(first.json["id"], "upload:" + first.json["sha256"][:12])
        listed = self.server.get("/api/v1/models").json["models"]
        self.assertIn(first.json["id"], [model["id"] for model in listed])
        gone = self.server.ask("DELETE", "/api/v1/models/" + first.json["id"])
        self.assertEqual(gone.status, 204)
        self.assertEqual(self.server.ask("DELETE", "/api/v1/models/" + first.json["id"]).status, 404)

    def test_what_is_no_model_is_told_what_it_is(self):
        for body, words in [(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
                             "Git LFS"),
                            (b"<!DOCTYPE html><html><body>404</body></html>", "HTML"),
                            (b"", "empty"), (b"\0" * 100, "no model")]:
            with self.subTest(words):
                reply = self.server.post("/api/v1/models?name=x", body,
                                         kind="application/octet-stream")
                self.assertEqual(reply.status, 422)
                self.assertIn(words.lower(), reply.json["detail"].lower())
        folder = self.server.data / "uploads/models"
        self.assertTrue(eventually(lambda: not list(folder.glob("incoming-*"))))

    def test_a_picture_comes_once_and_is_served_without_rights(self):
        first = self.server.post("/api/v1/inputs?name=own.png", picture(1), kind="image/png")
        again = self.server.post("/api/v1/inputs?name=own.png", picture(1), kind="image/png")
        self.assertEqual((first.status, again.status), (201, 200))
        reply = self.server.get(first.json["href"])
        self.assertEqual(reply.body, picture(1))
        self.assertEqual(reply.header("content-type"), "image/png")
        self.assertEqual(reply.header("content-security-policy"), "default-src 'none'; sandbox")
        self.assertEqual(self.server.post("/api/v1/inputs", b"GIF", kind="image/gif").status, 422)

    def test_each_picture_has_a_small_one(self):
        own = self.server.post("/api/v1/inputs?name=own.png", picture(4), kind="image/png").json
        half = self.server.post("/api/v1/inputs?name=half.png", picture(5)[:60], kind="image/png").json
        listed = {item["name"]: item for item in self.server.get("/api/v1/inputs").json["inputs"]}
        for name in ["own.png", "cat-kitten.jpg", "dog.jpg"]:
            for _ in range(2):  # made, and kept
                reply = self.server.get(listed[name]["thumbnail"])
                self.assertEqual((reply.status, reply.header("content-type")), (200, "image/png"))
                self.assertEqual(struct.unpack(">II", reply.body[16:24]), (96, 96))
        self.assertLess(len(self.server.get(listed["dog.jpg"]["thumbnail"]).body), 40000)
        self.assertEqual(self.server.get(own["thumbnail"]).status, 200)
        refused = self.server.get(half["thumbnail"])
        self.assertEqual(refused.status, 422)
        self.assertIn("decode", refused.json["detail"])
        self.assertEqual(self.server.get("/api/v1/inputs/nobody/thumbnail").status, 404)

    def test_samples_say_their_licence(self):
        samples = [item for item in self.server.get("/api/v1/inputs").json["inputs"]
                   if item["sample"]]
        self.assertEqual(len(samples), 8)
        self.assertTrue(all(item["licence"] for item in samples))
        reply = self.server.get(samples[0]["href"])
        self.assertEqual(len(reply.body), samples[0]["bytes"])

    def test_paths_do_not_lead_out(self):
        for path in ["/../etc/passwd", "/api/v1/inputs/sample:..%2f..%2fREADME.md/content",
                     "/api/v1/inputs/sample:../content", "/api/v1/inputs/%2e%2e/content",
                     "/api/v1/inputs/..%5c..%5cx/content", "/api/v1/models/upload:..",
                     "/api/v1/inputs/sample:LICENSES.md/content", "/%00", "/%ff", "//healthz",
                     "/api/v1//models", "/app.js%00.css"]:
            with self.subTest(path):
                reply = self.server.ask("GET", path, check=False)
                self.assertIn(reply.status, (400, 404, 405))
                self.assertNotIn(b"root:", reply.body)

    def test_bodies_of_the_wrong_kind_are_refused_unread(self):
        for method, path, body, kind, status in [
                ("POST", "/api/v1/studies", b"{}", "text/plain", 415),
                ("POST", "/api/v1/models", b"x", "text/html", 415),
                ("PATCH", "/api/v1/studies/1", b"{}", "text/json", 415),
                ("POST", "/api/v1/studies/1/cancel", b"x", None, 400),
                ("POST", "/api/v1/session", b"x" * 70000, "application/json", 413)]:
            with self.subTest(path):
                reply = self.server.ask(method, path, body, kind=kind)
                self.assertEqual(reply.status, status)

    def test_a_study_that_makes_no_sense_is_refused_by_its_field(self):
        good = {"models": ["cifar10-nano:int8"], "input": "sample:dog.jpg"}
        for change, word in [({"models": []}, "models"), ({"models": "a"}, "models"),
                             ({"models": ["nobody:int8"]}, "nobody"), ({"input": "x"}, "'x'"),
                             ({"models": ["./x:y.json"]}, "./x:y.json"),
                             ({"models": ["cifar10-nano:int8"] * 2}, "twice"),
                             ({"zone": "Atlantis"}, "Atlantis"), ({"pue": 0.5}, "pue"),
                             ({"zone": "KR", "intensity_g_per_kwh": 5}, "zone"),
                             ({"threads": 1.5}, "threads"), ({"budget_s": 1e9}, "budget_s"),
                             ({"modles": []}, "modles"), ({"name": "x" * 200}, "name"),
                             ({"name": "a\u0000b"}, ""), ({"embodied": 1}, "embodied")]:
            with self.subTest(word):
                reply = self.server.post("/api/v1/studies", {**good, **change})
                self.assertEqual(reply.status, 400, reply.body)
                self.assertIn(word, reply.json["detail"])
        for body in [b"", b"[]", b"{", b"[" * 60000, b'{"models":1,"models":2}', b"\xff"]:
            reply = self.server.post("/api/v1/studies", body, kind="application/json")
            self.assertIn(reply.status, (400, 422))
        self.assertEqual(self.server.get("/api/v1/studies").json["studies"], [])

    def test_studies_that_are_not_there(self):
        for number in ["0", "77", "x", "-1", "9" * 30, "1.0"]:
            for method, end in [("GET", ""), ("GET", "/report"), ("GET", "/places"),
                                ("GET", "/events"), ("GET", "/export.csv"), ("DELETE", ""),
                                ("POST", "/cancel"), ("POST", "/repeat")]:
                with self.subTest(number=number, end=end):
                    reply = self.server.ask(method, f"/api/v1/studies/{number}{end}")
                    self.assertEqual(reply.status, 404, reply.body)
        self.assertEqual(self.server.get("/api/v1/compare?a=1&b=2").status, 404)
        self.assertEqual(self.server.get("/api/v1/compare?a=1").status, 400)


if __name__ == "__main__":
    unittest.main()
