# SPDX-License-Identifier: Apache-2.0
"""Completions in real shells: what a person has on the line after the tabulator."""

import contextlib
import os
import pathlib
import pty
import select
import shutil
import subprocess
import tempfile
import time
import unittest

import support
from support import ROOT, miev

KEYS_BEFORE, KEYS_AFTER = b"\x01", b"\x05"  # to the line's begin and end
ALL = b"\x1b*"  # insert all that could be meant


def need(program):
    if not shutil.which(program):
        raise unittest.SkipTest(f"there is no {program}")


def commands():
    shown = miev("--help").stdout.split("\ncommands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in shown.splitlines()]


class Shell(unittest.TestCase):
    """A shell at a terminal, in a folder with some files."""

    program, start = "bash", ["bash", "--norc", "--noprofile", "-i"]
    setup = "source <(miev completion bash)\n"

    def setUp(self):
        need(self.program)
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "bin").mkdir()
        (self.folder / "bin/miev").symlink_to(support.MIEV)
        self.here = self.folder / "here"
        self.here.mkdir()
        for name in ("my cat.png", "mine.tflite", "holiday.jpg"):
            (self.here / name).touch()
        (self.here / "photos").mkdir()

    def environment(self):
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return support.environment(PATH=path, TERM="dumb", HOME=str(self.folder), PS1="")

    def press(self, line, key=b"\t"):
        """The words of the line after the key, as the shell itself reads them."""
        out = self.folder / "words"
        out.unlink(missing_ok=True)
        master, slave = pty.openpty()
        process = subprocess.Popen(self.start, stdin=slave, stdout=slave, stderr=slave,
                                   cwd=self.here, env=self.environment(), start_new_session=True)
        os.close(slave)
        keys = (self.setup.encode() + line.encode() + key + KEYS_BEFORE + b"printf '%s\\n' "
                + KEYS_AFTER + f" > {out}.new; mv {out}.new {out}; exit\n".encode())
        try:
            os.write(master, keys)
            deadline = time.monotonic() + support.LIMIT_S
            shown = b""
            while not out.exists() and time.monotonic() < deadline and process.poll() is None:
                if select.select([master], [], [], 0.1)[0]:
                    with contextlib.suppress(OSError):
                        shown += os.read(master, 65536)
            process.wait(timeout=10)
        finally:
            process.kill()
            process.wait()
            os.close(master)
        self.assertTrue(out.exists(), shown.decode(errors="replace"))
        return out.read_text().splitlines()

    def assert_pressed(self, line, *words, key=b"\t"):
        self.assertEqual(self.press(line, key), ["miev", *words])


class Common(Shell):
    """What holds in bash and in zsh."""

    def test_a_command(self):
        self.assert_pressed("miev comple", "completion")

    def test_an_option(self):
        self.assert_pressed("miev compare --req", "compare", "--require-measured")

    def test_a_choice(self):
        self.assert_pressed("miev run --precision fl", "run", "--precision", "float32")

    def test_a_zone_of_two_words(self):
        self.assert_pressed("miev zones United\\ Kin", "zones", "United Kingdom")
        self.assert_pressed("miev zones South\\ Kor", "zones", "South Korea")

    def test_a_zone_after_a_quote(self):
        self.assert_pressed('miev zones "United Kin', "zones", "United Kingdom")
        self.assert_pressed("miev compare --zone 'New Zea", "compare", "--zone", "New Zealand")

    def test_a_zone_after_an_equals_sign(self):
        self.assert_pressed("miev compare --zone=New\\ Zea", "compare", "--zone=New Zealand")

    def test_a_file_with_a_blank(self):
        self.assert_pressed("miev run --input my", "run", "--input", "my cat.png")
        self.assert_pressed("miev run --input=hol", "run", "--input=holiday.jpg")

    def test_a_model_with_its_precision(self):
        self.assert_pressed("miev run cifar10-nano:f", "run", "cifar10-nano:float32")

    def test_a_model_of_ones_own(self):
        self.assert_pressed("miev run ./mi", "run", "./mine.tflite")
        self.assert_pressed("miev run min", "run", "mine.tflite")

    def test_a_value_that_only_an_equals_sign_gives(self):
        self.assert_pressed("miev run --explain=cifar10-small:i", "run",
                            "--explain=cifar10-small:int8")


class Bash(Common):
    def test_all_commands_are_offered(self):
        self.assertEqual(sorted(self.press("miev ", ALL)[1:]), sorted(commands()))

    def test_all_options_are_offered(self):
        for command in commands():
            shown = miev(command, "--help").stdout.split("\noptions:\n")[1].split("\n\n")[0]
            options = [line.split()[0].split("[")[0] for line in shown.splitlines()
                       if line.startswith("  --")]
            self.assertEqual(sorted(self.press(f"miev {command} --", ALL)[2:]), sorted(options))

    def test_case_does_not_matter_to_zones(self):
        self.assert_pressed("miev zones germ", "zones", "Germany")

    def test_a_number_offers_nothing(self):
        self.assert_pressed("miev run --budget ho", "run", "--budget", "ho")

    def test_the_script_is_clean(self):
        need("shellcheck")
        done = subprocess.run(["shellcheck", "-s", "bash", "-e", "SC2207,SC2206,SC2086,SC2154", "-"],
                              input=miev("completion", "bash").stdout, capture_output=True, text=True,
                              timeout=support.LIMIT_S)
        self.assertEqual(done.returncode, 0, done.stdout)


class Zsh(Common):
    program, start = "zsh", ["zsh", "-f", "-i"]
    setup = "autoload -U compinit; compinit -u -D; bindkey -e; source <(miev completion zsh)\n"


class Fish(unittest.TestCase):
    def setUp(self):
        need("fish")
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.symlink(support.MIEV, f"{self.folder}/miev")
        pathlib.Path(self.folder, "holiday.jpg").touch()

    def offered(self, line):
        env = support.environment(PATH=f"{self.folder}:{os.environ['PATH']}", HOME=self.folder,
                                  LINE=line)
        done = subprocess.run(
            ["fish", "--no-config", "-c", "miev completion fish | source; complete -C \"$LINE\""],
            capture_output=True, text=True, cwd=self.folder, env=env, timeout=support.LIMIT_S)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [row.split("\t")[0] for row in done.stdout.splitlines()]

    def test_commands(self):
        self.assertEqual(self.offered("miev comp"), ["compare", "completion"])

    def test_options(self):
        self.assertEqual(self.offered("miev compare --req"), ["--require-measured"])
        self.assertIn("--explain", self.offered("miev run --ex"))

    def test_values(self):
        self.assertEqual(self.offered("miev run --precision fl"), ["float32"])
        self.assertEqual(self.offered("miev run --input hol"), ["holiday.jpg"])
        self.assertIn("cifar10-nano:int8", self.offered("miev run cifar10-nano:"))
        self.assertEqual(self.offered("miev run --budget ho"), [])

    def test_a_zone_of_two_words(self):
        self.assertEqual(self.offered("miev zones 'United Kin"), ["United Kingdom"])
        self.assertEqual(self.offered("miev compare --zone South\\ Kor"), ["South Korea"])


class Lists(unittest.TestCase):
    """What the shells ask for while they complete."""

    def test_zones_are_codes_and_names_that_zones_knows(self):
        names = miev("completion", "zones").stdout.splitlines()
        self.assertGreater(len(names), 300)
        for name in ("KR", "South Korea", "United Kingdom"):
            self.assertIn(name, names)
        for name in names[::40]:
            self.assertEqual(miev("zones", name).returncode, 0, name)

    def test_models_are_those_of_the_catalog(self):
        names = miev("completion", "models").stdout.splitlines()
        for card in (ROOT / "models").glob("*.json"):
            self.assertIn(card.stem, names)
            self.assertIn(f"{card.stem}:int8", names)

    def test_without_a_catalog_nothing_is_offered_and_nothing_is_said(self):
        done = miev("completion", "models", env=support.environment(MIEV_HOME="/nonexistent"))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_another_shell_is_refused(self):
        for words in (["completion"], ["completion", "tcsh"]):
            done = miev(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("bash, zsh or fish", done.stderr)


del Common, Shell
