# SPDX-License-Identifier: Apache-2.0
"""A sweep that is asked of the server: one model, many settings."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from served import Server  # noqa: E402
import support  # noqa: E402

FILES = ["cifar10-nano:float32", "cifar10-nano:int8"]


def setUpModule():
    if not support.find_runtime():
        raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")


class Sweeps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)

    def test_a_sweep_measures_each_combination_and_keeps_a_sweeps_report(self):
        study = self.server.study(models=FILES, budget_s=12, sweep={"threads": [1, 2], "batch": [1, 4],
                                                                    "delegate": ["best"]})
        self.assertEqual(study["model_ids"], FILES)
        with self.server.events(study["id"]) as events:
            told = [document for _, kind, document in events if kind == "progress"]
        names = {entry["name"] for document in told for entry in document["models"]}
        self.server.wait(study["id"], "finished")
        report = self.server.get(f"/api/v1/studies/{study['id']}/report").json
        settings = [(m["precision"], m["settings"]["threads"], m["settings"]["batch"]) for m in report["models"]]
        self.assertEqual(settings[0], ("float32", 1, 1))
        self.assertEqual(set(settings), {(p, t, b) for p in ("float32", "int8") for t in (1, 2) for b in (1, 4)})
        self.assertEqual(names, {m["name"] for m in report["models"]})
        self.assertEqual(report["sweep"]["default"], report["models"][0]["name"])
        for pair in report["comparison"]:
            self.assertEqual(pair["a"], report["sweep"]["default"])
        again = self.server.post(f"/api/v1/studies/{study['id']}/repeat")
        self.assertEqual(again.status, 422)
        self.assertIn("sweep", again.json["detail"])

    def test_without_a_budget_it_takes_what_the_command_takes(self):
        study = self.server.study(models=FILES[:1], budget_s=None, sweep={"threads": [1, 2, 3], "batch": [1, 2, 3, 4],
                                                                          "delegate": ["best"]})
        with self.server.events(study["id"]) as events:
            budget_s = next(document["budget_s"] for _, kind, document in events if kind == "progress")
        self.server.post(f"/api/v1/studies/{study['id']}/cancel")
        self.server.wait(study["id"], "interrupted", "finished")
        self.assertEqual(budget_s, 72)

    def test_what_is_out_of_bounds_is_refused_by_its_field(self):
        for sweep, part in (({"threads": [0]}, "sweep.threads"), ({"threads": [1025]}, "sweep.threads"),
                            ({"threads": "1,2"}, "sweep.threads"), ({"threads": []}, "sweep.threads"),
                            ({"threads": [1.5]}, "sweep.threads"), ({"threads": list(range(1, 18))}, "sweep.threads"),
                            ({"batch": [2048]}, "sweep.batch"), ({"batch": ["4"]}, "sweep.batch"),
                            ({"delegate": ["x" * 40]}, "sweep.delegate"), ({"delegate": ["a,b"]}, "sweep.delegate"),
                            ({"delegate": [str(i) for i in range(9)]}, "sweep.delegate"),
                            ({"colour": [1]}, "colour"), ([], "must be an object"),
                            ({"threads": list(range(1, 17)), "batch": [1, 2, 3, 4, 5]}, "at most 64")):
            with self.subTest(sweep):
                self.assertIn(part, self.server.study(400, models=FILES[:1], sweep=sweep)["detail"])
        both = self.server.study(400, models=["cifar10-nano:int8", "cifar10-micro:int8"], sweep={})
        self.assertIn("one model", both["detail"])
        self.assertIn("leave out", self.server.study(400, models=FILES, threads=2, sweep={})["detail"])


if __name__ == "__main__":
    unittest.main()
