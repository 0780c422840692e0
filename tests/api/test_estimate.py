# SPDX-License-Identifier: Apache-2.0
"""The calculator over HTTP: the answers of `miev estimate`, and every wrong field refused by name."""

import json
import pathlib
import sys
import unittest
from urllib.parse import urlencode

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import CONTRACT, Server, jsonschema  # noqa: E402
import support  # noqa: E402

# Fields as the server names them, and the command's options for the same.
SAME = [
    ({"hours": 1}, ["--hours=1"]),
    ({"hours": 10, "cpu": "Intel Core i7-8700", "zone": "FR", "pue": 1.5, "method": "all"},
     ["--hours=10", "--cpu=Intel Core i7-8700", "--zone=FR", "--pue=1.5", "--method=all"]),
    ({"hours": 2.5, "cpu": "Nobody's Chip", "cores": 8, "sockets": 2, "memory_gib": 100.5, "usage": 0.25,
      "class": "server", "lifetime_years": 6, "intensity_g_per_kwh": 30},
     ["--hours=2.5", "--cpu=Nobody's Chip", "--cores=8", "--sockets=2", "--memory=100.5", "--usage=0.25",
      "--class=server", "--lifetime=6", "--intensity=30"]),
    ({"hours": 24, "instance": "aws:m5.xlarge", "zone": "aws:eu-north-1", "year": 2020, "embodied": "false"},
     ["--hours=24", "--instance=aws:m5.xlarge", "--zone=aws:eu-north-1", "--year=2020", "--no-embodied"]),
    ({"hours": 2, "cpu": "Intel Core i7-8700", "gpu": "V100", "gpus": 4, "gpu_usage": 0.5},
     ["--hours=2", "--cpu=Intel Core i7-8700", "--gpu=V100", "--gpus=4", "--gpu-usage=0.5"]),
    ({"hours": 2, "cpu": "Intel Core i7-8700", "gpu": "Voodoo 2", "gpu_watts": 12},
     ["--hours=2", "--cpu=Intel Core i7-8700", "--gpu=Voodoo 2", "--gpu-watts=12"]),
]


class Estimate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def ask(self, fields):
        return self.server.get("/api/v1/estimate?" + urlencode(fields))

    def test_it_answers_what_the_command_does(self):
        for fields, options in SAME:
            told = support.miev("estimate", *options, "--json", "-")
            self.assertEqual(told.returncode, 0, told.stderr)
            reply = self.ask(fields)
            self.assertEqual(reply.status, 200, reply.body)
            self.assertEqual(reply.json, json.loads(told.stdout), fields)

    def test_wrong_fields_are_refused_by_their_name(self):
        for fields, *words in [
                ({}, "'hours'", "missing"), ({"hours": 0}, "'hours'", "0.0001"), ({"hours": "x"}, "'hours'"),
                ({"hours": "inf"}, "'hours'"), ({"hours": 1e7}, "'hours'"), ({"hours": 1, "usage": 1.01}, "'usage'"),
                ({"hours": 1, "cpu": "A", "cores": 1.5}, "'cores'", "whole"), ({"hours": 1, "sockets": 17}, "'sockets'"),
                ({"hours": 1, "cpu": ""}, "'cpu'"), ({"hours": 1, "cpu": "A" * 128}, "'cpu'"),
                ({"hours": 1, "cpu": "A", "instance": "aws:m5.large"}, "one of them"),
                ({"hours": 1, "cpu": "Nobody's Chip"}, "(cores)"),
                ({"hours": 1, "instance": "aws:m5.xlage"}, "did you mean aws:m5.xlarge"),
                ({"hours": 1, "gpu": "Voodoo 2"}, "watts"), ({"hours": 1, "gpu_watts": 0}, "'gpu_watts'"),
                ({"hours": 1, "class": "mainframe"}, "'mainframe'"), ({"hours": 1, "method": "magic"}, "'magic'"),
                ({"hours": 1, "zone": "Atlantis"}, "Atlantis"), ({"hours": 1, "year": 1999}, "2000"), ({"hours": 1, "pue": 0.9}, "'pue'"),
                ({"hours": 1, "zone": "FR", "intensity_g_per_kwh": 3}, "one of them"),
                ({"hours": 1, "embodied": "maybe"}, "'embodied'"), ({"hours": 1, "lifetime_years": 0}, "'lifetime_years'"),
                ({"hours": 1, "live": "neso"}, "'live'"), ({"hours": 1, "gpu-watts": 3}, "'gpu-watts'")]:
            reply = self.ask(fields)
            self.assertEqual(reply.status, 400, fields)
            for word in words:
                self.assertIn(word, reply.json["detail"])

    @unittest.skipUnless(jsonschema, "no jsonschema here")
    def test_the_contract_has_every_field_and_its_bounds(self):
        named = {p["name"]: p["schema"] for p in CONTRACT["paths"]["/api/v1/estimate"]["get"]["parameters"]}
        for name, schema in named.items():
            usual = {} if name == "hours" else {"hours": 1}
            for bound in ("minimum", "maximum"):
                if bound in schema:
                    beyond = schema[bound] + (1 if bound == "maximum" else -1)
                    self.assertEqual(self.ask({**usual, name: beyond}).status, 400, (name, bound))
                    reply = self.ask({"cpu": "Intel Core i7-8700", **usual, name: schema[bound]})
                    self.assertNotIn(f"'{name}' must", reply.body.decode(), (name, bound))
        self.assertEqual(set().union(*(fields for fields, _ in SAME)), set(named))


class Hardware(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def names(self, **fields):
        return self.server.get("/api/v1/hardware?" + urlencode(fields)).json["names"]

    def test_names_hold_every_word_and_are_few(self):
        found = self.names(kind="cpu", words="EPYC 77")
        self.assertIn("epyc 7763", found)
        self.assertTrue(all("epyc" in name and "77" in name for name in found))
        self.assertEqual(len(self.names(kind="instance")), 20)
        self.assertEqual(self.names(kind="instance", words="m5.xlarge"), ["aws:m5.xlarge"])
        self.assertEqual(self.names(kind="gpu", words="nothing like it"), [])

    def test_every_name_that_is_told_is_known_to_the_calculator(self):
        for kind, most in (("cpu", 5), ("gpu", 20), ("instance", 20)):
            more = {} if kind == "instance" else {"cores": 4} if kind == "cpu" else {"cpu": "Intel Core i7-8700"}
            for name in self.names(kind=kind)[:most]:
                reply = self.server.get("/api/v1/estimate?" + urlencode({"hours": 1, kind: name, **more}))
                self.assertEqual(reply.status, 200, reply.body)

    def test_headings_of_the_tables_are_no_names(self):
        for kind in ("cpu", "gpu", "instance"):
            self.assertFalse({"name", "model", "provider:type"} & set(self.names(kind=kind)))

    def test_wrong_queries_are_refused_in_words(self):
        for query, word in [("", "'kind'"), ("kind=tpu", "'tpu'"), ("kind=cpu&word=x", "'word'")]:
            reply = self.server.get("/api/v1/hardware?" + query)
            self.assertEqual(reply.status, 400)
            self.assertIn(word, reply.json["detail"])


if __name__ == "__main__":
    unittest.main()
