# SPDX-License-Identifier: Apache-2.0
"""Run one file of unittest tests and print TAP: python3 tests/tap.py tests/cli/test_scripts.py"""

import importlib.util
import os
import pathlib
import sys
import tempfile
import traceback
import unittest


class TapResult(unittest.TestResult):
    """Numbers the tests and prints a line for each as it ends."""

    def __init__(self):
        super().__init__()
        self.subtests_failed = set()

    def line(self, ok, test, directive="", details=""):
        words = test.id().split(".", 1)[-1] if test.id() else str(test)
        print(f"{'ok' if ok else 'not ok'} {self.testsRun} - {words}{directive}")
        for detail in details.splitlines():
            print(f"# {detail}")
        sys.stdout.flush()

    def addSuccess(self, test):
        if test.id() not in self.subtests_failed:
            self.line(True, test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            if test.id() not in self.subtests_failed:
                self.line(False, test)
            self.subtests_failed.add(test.id())
            print(f"# {subtest}")
            print("# " + "".join(traceback.format_exception(*err)).replace("\n", "\n# "))

    def bad(self, test, err):
        self.line(False, test, details="".join(traceback.format_exception(*err)))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.bad(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        if not isinstance(test, unittest.TestCase):  # setUpClass, setUpModule
            self.testsRun += 1
        self.bad(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if not isinstance(test, unittest.TestCase):
            self.testsRun += 1
        self.line(True, test, f" # SKIP {reason}")

    def addExpectedFailure(self, test, err):
        self.line(False, test, " # TODO expected to fail")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.line(False, test, details="passes, though marked as an expected failure")


def main(path):
    path = pathlib.Path(path).resolve()
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = TapResult()
    with tempfile.TemporaryDirectory() as data:
        os.environ["MIEV_DATA"] = data  # never the history of who runs the tests
        suite.run(result)
    print(f"1..{result.testsRun}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
