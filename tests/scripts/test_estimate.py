# SPDX-License-Identifier: Apache-2.0
"""The estimate of servers' watts against published results, which lie in $MIEV_SHARED
(default ../shared)."""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("MIEV_SHARED", "../shared")).resolve()
FOLDER = SHARED / "data" / "raw" / "ccf-coefficients"
RESULTS = sorted(FOLDER.glob("SPECpower*.csv"))


def run(script, *words):
    return subprocess.run([sys.executable, ROOT / "scripts" / script, *map(str, words)],
                          capture_output=True, text=True)


class Files(unittest.TestCase):
    def test_a_file_of_other_columns_is_refused_by_its_missing_one(self):
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("a,b\n1,2\n")
            file.flush()
            done = run("validate-estimate", file.name)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('no column "CPU Description"', done.stderr)


@unittest.skipUnless(RESULTS, f"no published results in {FOLDER}: set MIEV_SHARED")
class Published(unittest.TestCase):
    def test_the_fit_is_made_again_to_the_last_digit(self):
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder, "fit.csv")
            done = run("fit-estimate", FOLDER, "--output", made)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(made.read_text(), (ROOT / "data/server_power.csv").read_text())

    def test_cpu_models_that_the_fit_never_saw_meet_the_targets(self):
        done = run("validate-estimate", "--folds", 5, RESULTS[-1])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("3.5: met", done.stdout)

    def test_designs_that_the_fit_never_saw_meet_them_within_the_caps(self):
        done = run("validate-estimate", "--designs", RESULTS[-1])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("3.5: met", done.stdout)

    def test_watts_that_are_off_by_half_miss_them(self):
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
            rows = list(csv.DictReader(open(RESULTS[-1], encoding="utf-8")))
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            for row in rows:
                row["avg. watts @ 100%"] = float(row["avg. watts @ 100%"]) * 1.5
                writer.writerow(row)
            file.flush()
            done = run("validate-estimate", file.name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT met", done.stdout)


if __name__ == "__main__":
    unittest.main()
