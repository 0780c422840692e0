# SPDX-License-Identifier: Apache-2.0
"""What other tools would have said, and the forms of a label: the server's are the command's."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server  # noqa: E402
import support  # noqa: E402

NANO, MICRO = "cifar10-nano:int8", "cifar10-micro:int8"


class Nothing(unittest.TestCase):
    def test_a_study_that_is_not_there_has_none(self):
        with Server() as server:
            for what in ("methods", "label"):
                self.assertEqual(server.get(f"/api/v1/studies/7/{what}").status, 404)


@unittest.skipUnless(support.find_runtime(), "no model runs here")
class Told(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        study = cls.server.study(models=(NANO, MICRO), budget_s=20, target_ratio=0.5, zone="KR")
        cls.server.wait(study["id"], "finished", "failed")
        cls.path = f"/api/v1/studies/{study['id']}"
        report = cls.server.get(cls.path + "/report")
        cls.report = report.json
        if not all(model.get("footprint") for model in cls.report["models"]):
            raise unittest.SkipTest("this machine is too busy for a study to find any joules")
        cls.file = cls.server.data / "report.json"
        cls.file.write_bytes(report.body)

    def command(self, *words):
        told = support.miev(*words)
        self.assertEqual(told.returncode, 0, told.stderr)
        return told.stdout

    def refused(self, query, word):
        reply = self.server.get(self.path + query)
        self.assertEqual(reply.status, 400, query)
        self.assertIn(word, reply.json["detail"])

    # what other tools would have said

    def test_the_methods_are_those_of_the_command(self):
        told = self.command("footprint", self.file, "--zone=NO", "--pue=1.2", "--method-json=-")
        self.assertEqual(self.server.get(self.path + "/methods?zone=NO&pue=1.2").json, json.loads(told))

    def test_without_a_place_it_is_the_reports_own(self):
        document = self.server.get(self.path + "/methods").json
        self.assertEqual(document["place"], "South Korea")
        for told, model in zip(document["models"], self.report["models"], strict=True):
            self.assertEqual(told["miev"]["co2e_g"], model["footprint"]["operational_g"])
            self.assertEqual(len(told["others"]), 7)

    def test_a_model_and_a_method_are_chosen(self):
        both = self.server.get(self.path + "/methods").json["models"]
        for model in (MICRO, "1"):
            one = self.server.get(f"{self.path}/methods?model={model}&method=eco2ai,mlco2").json["models"]
            self.assertEqual([told["name"] for told in one], [MICRO])
            self.assertEqual(one[0]["others"],
                             [other for other in both[1]["others"] if other["id"] in ("eco2ai", "mlco2")])

    def test_wrong_queries_are_refused_in_words(self):
        self.refused("/methods?method=ecotwo", "'ecotwo'")
        self.refused("/methods?model=nobody", "'model'")
        self.refused("/methods?zone=Atlantis", "Atlantis")
        self.refused("/methods?download=1", "'download'")
        self.refused("/report?model=0", "'model'")

    # labels

    def test_every_form_of_a_label_is_the_commands(self):
        for form, kind in (("markdown", "text/markdown; charset=utf-8"), ("svg", "image/svg+xml"),
                           ("sci", "application/json"), ("codecarbon", "text/csv; charset=utf-8")):
            told = self.command("label", self.file, "--model", MICRO, "--as", form, "--zone=FR")
            reply = self.server.get(f"{self.path}/label?form={form}&model={MICRO}&zone=FR")
            self.assertEqual(reply.header("content-type"), kind)
            self.assertEqual(reply.body.decode(), told)
        self.assertEqual(self.server.get(self.path + "/label").body,
                         self.server.get(self.path + "/label?form=markdown&model=0").body)

    def test_a_reference_is_told_to(self):
        told = self.server.get(f"{self.path}/label?reference={MICRO}").body.decode()
        self.assertIn(f"times `{MICRO}`", told)

    def test_wrong_labels_are_refused_in_words(self):
        self.refused("/label?form=png", "'form' must be markdown, svg, sci or codecarbon")
        self.refused("/label?reference=nobody", "nobody")
        self.refused("/label?form=", "'form'")


if __name__ == "__main__":
    unittest.main()
