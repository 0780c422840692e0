# SPDX-License-Identifier: Apache-2.0
"""The closing line of scripts/test counts what ran, and never calls a failure a pass."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

COUNT = pathlib.Path(__file__).parent.parent / "count.py"


def count(records, tally="", line=-1):
    """(last line, or the given one, exit status) for these records of a log."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "testlog.json")
        log.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
        checks = pathlib.Path(folder, "tally")
        checks.write_text(tally, encoding="utf-8")
        done = subprocess.run([sys.executable, COUNT, log, checks], capture_output=True, text=True)
        return done.stdout.splitlines()[line], done.returncode


class Count(unittest.TestCase):
    def test_cases_of_tap_are_counted_one_by_one(self):
        text = "1..3\nok 1 - a\nnot ok 2 # SKIP b\nok 3 - c # SKIP no sensor\n"
        self.assertEqual(count([{"name": "x", "result": "OK", "stdout": text}]),
                         ("1 passed, 0 failed, 2 skipped", 0))

    def test_the_reason_of_a_skip_is_told(self):
        text = "1..2\nskipped: no sensor\nnot ok 1 # SKIP a\nnot ok 2 # SKIP b\n"
        record = {"name": "x", "result": "OK", "stdout": text}
        self.assertEqual(count([record], line=0)[0], "skipped: x: a (no sensor)")
        self.assertEqual(count([record], line=1)[0], "skipped: x: b")

    def test_the_reason_of_a_whole_program_is_told(self):
        record = {"name": "x", "result": "SKIP", "stdout": "1..0 # SKIP no browser\n"}
        other = {"name": "y", "result": "OK", "stdout": "1..1\nok 1 - a\n"}
        self.assertEqual(count([record, other], line=0)[0], "skipped: x: no browser")
        self.assertEqual(count([record, other]), ("1 passed, 0 failed, 1 skipped", 0))

    def test_a_failed_case_fails_the_run(self):
        text = "1..2\nok 1 - a\nERROR: why\nnot ok 2 - b\n# not ok - group\n"
        self.assertEqual(count([{"name": "x", "result": "FAIL", "stdout": text}]),
                         ("1 passed, 1 failed, 0 skipped", 1))

    def test_what_failed_is_named_last_with_what_was_said(self):
        text = "1..2\nok 1 - a\nERROR: before\nnot ok 2 - b\n# behind\nok 3 - c\n# of c\n"
        record = {"name": "x", "result": "FAIL", "stdout": text}
        self.assertEqual([count([record], line=line)[0] for line in (0, 1, 2)],
                         ["failed: x: b", "    ERROR: before", "    # behind"])
        self.assertEqual(count([record], line=3)[0], "2 passed, 1 failed, 0 skipped")

    def test_a_crash_fails_the_cases_that_never_ran(self):
        self.assertEqual(
            count([{"name": "x", "result": "FAIL", "stdout": "1..5\nok 1 - a\nok 2 - b\n"}]),
            ("2 passed, 3 failed, 0 skipped", 1))

    def test_a_bad_exit_after_good_cases_is_a_failure(self):
        self.assertEqual(count([{"name": "x", "result": "FAIL", "stdout": "1..1\nok 1 - a\n"}]),
                         ("1 passed, 1 failed, 0 skipped", 1))

    def test_a_program_without_tap_counts_once(self):
        self.assertEqual(count([{"name": "x", "result": "OK"},
                                {"name": "y", "result": "TIMEOUT"}, {"name": "z", "result": "SKIP"}]),
                         ("1 passed, 1 failed, 1 skipped", 1))

    def test_checks_of_the_tally_count_too(self):
        self.assertEqual(count([], "passed layout\nfailed tidy of a b\nskipped fuzz\n"),
                         ("1 passed, 1 failed, 1 skipped", 1))

    def test_a_run_without_tests_fails(self):
        self.assertEqual(count([]), ("0 passed, 0 failed, 0 skipped", 1))
