# SPDX-License-Identifier: Apache-2.0
"""The page of one model: what was found of it, and how it is used elsewhere."""

import ast
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server  # noqa: E402
from test_routes import model  # noqa: E402
import support  # noqa: E402

NANO = "cifar10-nano:int8"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def page(self, name=NANO):
        return self.server.get("/api/v1/models/" + name).json

    def test_a_model_has_its_row_labels_and_texts(self):
        page = self.page()
        rows = {row["id"]: row for row in self.server.get("/api/v1/models").json["models"]}
        self.assertEqual(page["model"], rows[NANO])
        self.assertEqual(len(page["labels"]), 10)
        self.assertEqual(page["use"]["licence"], page["model"]["licence"])
        self.assertTrue(page["use"]["bibtex"].startswith("@misc{cifar10-nano-int8,"))
        self.assertNotIn("author", page["use"]["bibtex"])
        ast.parse(page["use"]["python"])

    def test_unknown_ones_are_not_found(self):
        for name in ["nobody:int8", "upload:0123456789ab", "upload:..", "x"]:
            self.assertEqual(self.server.get("/api/v1/models/" + name).status, 404)

    def test_an_uploaded_one_tells_only_what_is_known(self):
        added = self.server.post("/api/v1/models?name=mine.tflite", model(3),
                                 kind="application/octet-stream").json
        page = self.page(added["id"])
        self.assertEqual(page["model"], added)
        self.assertIsNone(page["labels"])
        for text in ("python", "c", "methods", "licence"):
            self.assertIsNone(page["use"][text])


@unittest.skipUnless(support.find_runtime(), "no model runs here")
class Measured(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        study = cls.server.study(budget_s=20, target_ratio=0.5, zone="KR")
        cls.study = cls.server.wait(study["id"], "finished", "failed")
        cls.report = cls.server.get(f"/api/v1/studies/{study['id']}/report").json
        if not cls.report["models"][0].get("footprint"):
            raise unittest.SkipTest("this machine is too busy for a study to find any joules")

    def test_its_measurements_are_listed_by_machine(self):
        page = self.server.get("/api/v1/models/" + NANO).json
        found, measured = page["measurements"][0], self.report["models"][0]
        self.assertEqual(len(page["measurements"]), 1)
        self.assertEqual(found["study"], self.study["id"])
        self.assertEqual(found["machine"]["cpu"], self.report["machine"]["cpu"])
        self.assertEqual(found["grams"], measured["footprint"]["per_inference_g"])
        self.assertEqual(found["joules"]["method"], measured["energy"]["method"])
        bounds = measured["energy"]["gross"]["per_inference_j"]["systematic"]
        self.assertLessEqual(found["joules"]["low"], bounds["low"])
        self.assertGreaterEqual(found["joules"]["high"], bounds["high"])
        self.assertIn(self.report["machine"]["cpu"], page["use"]["methods"])
        self.assertIn("South Korea", page["use"]["methods"])

    def test_its_label_names_both_places_and_the_way_to_repeat_it(self):
        path = f"/api/v1/studies/{self.study['id']}/label"
        text = self.server.get(path).body.decode()
        for words in ["World", "South Korea", self.report["models"][0]["sha256"], "estimated",
                      f"`miev run {NANO} --input cat-kitten.jpg`"]:
            self.assertIn(words, text)
        self.assertEqual(self.server.get(path + "?model=0").body.decode(), text)
        self.assertEqual(self.server.get(path + "?model=" + NANO).body.decode(), text)
        self.assertNotIn("South Korea", self.server.get(path + "?zone=FR").body.decode())
        for query in ["model=1", "model=x", "zone=Nowhere", "nothing=1"]:
            self.assertEqual(self.server.get(f"{path}?{query}").status, 400)


if __name__ == "__main__":
    unittest.main()
