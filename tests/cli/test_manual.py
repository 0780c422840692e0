# SPDX-License-Identifier: Apache-2.0
"""Manual pages: whole, readable by both roffs without a warning, and true."""

import re
import shutil
import subprocess
import unittest

import support
from support import ROOT, miev


def commands():
    shown = miev("--help").stdout.split("\ncommands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in shown.splitlines()]


def run(*words, text):
    return subprocess.run(words, input=text, capture_output=True, text=True,
                          env=support.environment(MANWIDTH="80"), timeout=support.LIMIT_S)


def page(name):
    return miev("manual", name).stdout


class Pages(unittest.TestCase):
    def all_pages(self):
        return ["miev", "outputs", *commands()]

    def test_groff_has_nothing_to_warn_of(self):
        if not shutil.which("groff"):
            self.skipTest("there is no groff")
        for name in self.all_pages():
            with self.subTest(name):
                done = run("groff", "-ww", "-man", "-Tutf8", text=page(name))
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_mandoc_has_nothing_to_warn_of(self):
        if not shutil.which("mandoc"):
            self.skipTest("there is no mandoc")
        for name in self.all_pages():
            with self.subTest(name):
                done = run("mandoc", "-T", "lint", "-W", "warning", text=page(name))
                # The version stands in a date's place: the same source makes the same page.
                wrong = [line for line in done.stdout.splitlines() if "missing date" not in line]
                self.assertEqual(wrong, [])

    def test_a_page_shows_what_help_tells(self):
        if not shutil.which("groff"):
            self.skipTest("there is no groff")
        for name in commands():
            shown = run("groff", "-man", "-Tascii", "-P-cbou", text=page(name)).stdout
            plain = re.sub(r"\s+", " ", shown)
            usage = miev(name, "--help").stdout
            with self.subTest(name):
                for option in re.findall(r"\n  (--[a-z-]+)", usage):
                    self.assertRegex(shown, rf"\n +{option}\b")
                for example in usage.split("\nexamples:\n")[1].splitlines():
                    if example.strip():
                        self.assertIn(re.sub(r"\s+", " ", example.strip()), plain)
                for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS",
                                "ENVIRONMENT", "FILES", "EXAMPLES", "SEE ALSO"):
                    self.assertIn(f"\n{heading}\n", shown)

    def test_every_variable_that_the_program_reads_is_told(self):
        told = page("miev")
        read = set()
        for path in (ROOT / "src").rglob("*.c"):
            read |= set(re.findall(r'miev_env_variable\([^"]*?"([A-Z_]+)"\)', path.read_text()))
        self.assertGreaterEqual(read, {"MIEV_HOME", "NO_COLOR", "TERM"})
        for name in read:
            self.assertIn(name, told)

    def test_every_column_has_its_meaning(self):
        rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \| (.+) \|$",
                          (ROOT / "docs/outputs.md").read_text(), re.MULTILINE)
        entries = re.findall(r"^\.TP\n\.B (\w+)\n(.+) \(([a-z ]+)\)\.$", page("outputs"), re.MULTILINE)
        plain = [(name, kind, meaning.replace("\\-", "-").replace("\\(aq", "'"))
                 for name, meaning, kind in entries]
        self.assertEqual(plain, rows)

    def test_every_page_is_installed(self):
        text = (ROOT / "src/meson.build").read_text()
        pages = re.findall(r"'(\w+)'", re.search(r"manual_pages = \[(.*?)\]", text, re.S).group(1))
        self.assertEqual(sorted(pages), sorted(["miev", *commands()]))

    def test_an_unknown_page_is_refused(self):
        done = miev("manual", "frobnicate")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no page of 'frobnicate'", done.stderr)
