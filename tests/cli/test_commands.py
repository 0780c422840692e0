# SPDX-License-Identifier: Apache-2.0
"""What a person sees of each command: words, exit status, colour, width."""

import os
import pathlib
import re
import shutil
import tempfile
import unittest

import support
from support import CAT, ROOT, miev, on_terminal

COMMANDS = ["compare", "run", "footprint", "repeat", "history", "import", "eval", "models",
            "zones", "doctor", "calibrate", "selftest", "completion", "manual", "version"]
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
QUICK = ["--input", CAT, "--budget=0"]


def seen(shown):
    """The lines that stay on a terminal: no escape codes, no line that was taken back."""
    return [ESCAPE.sub("", line.split("\r")[-1]) for line in shown.split("\n")]


class Help(unittest.TestCase):
    def test_every_command_has_usage_options_and_examples(self):
        for command in COMMANDS:
            done = miev(command, "--help")
            with self.subTest(command):
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout.startswith(f"usage: miev {command}"))
                self.assertIn("\noptions:\n", done.stdout)
                self.assertRegex(done.stdout, rf"\nexamples:\n  miev {command}")
                self.assertEqual(miev(command, "-h").stdout, done.stdout)

    def test_examples_use_options_that_exist(self):
        for command in COMMANDS:
            shown = miev(command, "--help").stdout
            options, examples = shown.split("\nexamples:\n")
            for option in re.findall(r"--[a-z-]+", examples):
                self.assertRegex(options, rf"\n  {option}\b")

    def test_help_fits_80_columns(self):
        for words in [["--help"]] + [[command, "--help"] for command in COMMANDS]:
            for line in miev(*words).stdout.splitlines():
                self.assertLessEqual(len(line), 90, line)

    def test_general_help_lists_every_command(self):
        for words in (["--help"], ["-h"], ["help"]):
            done = miev(*words)
            self.assertEqual(done.returncode, 0)
            for command in COMMANDS:
                self.assertRegex(done.stdout, rf"\n  {command} +\w")

    def test_without_a_command_help_is_shown_and_usage_is_wrong(self):
        done = miev()
        self.assertEqual(done.returncode, 2)
        self.assertIn("commands:", done.stdout)


class Usage(unittest.TestCase):
    """Wrong words: status 2, nothing on standard output, what was wrong and what to do."""

    def refused(self, words, *says):
        done = miev(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertTrue(done.stderr.startswith("miev: "))
        for text in says:
            self.assertIn(text, done.stderr)

    def test_unknown_command(self):
        self.refused(["comparre"], "'comparre'", "did you mean 'compare'?")
        self.refused(["frobnicate"], "'frobnicate'", "miev --help")

    def test_unknown_option(self):
        self.refused(["run", "--bugdet=3"], "--bugdet", "did you mean --budget?")
        self.refused(["run", "--frobnicate"], "--frobnicate", "miev run --help")
        self.refused(["models", "--json"], "--json")

    def test_unknown_zone(self):
        self.refused(["zones", "Switzerlnd"], "Switzerlnd", "Switzerland (CH)")
        self.refused(["run", "cifar10-nano:int8", *QUICK, "--zone=Grmany"], "Germany (DE)")

    def test_unknown_model_lists_what_is_there(self):
        self.refused(["run", "cifar10-nanoo", *QUICK], "cifar10-nanoo", "cifar10-nano", "cifar10-small")
        self.refused(["run", "cifar10-nano:int4", *QUICK], "int4", "float32", "int8")

    def test_a_model_named_twice(self):
        self.refused(["compare", "cifar10-nano:int8", "cifar10-nano:int8", *QUICK], "twice")

    def test_values_that_make_no_sense(self):
        for option, says in [("--threads=0", "--threads"), ("--threads=1.5", "whole"),
                             ("--threads=two", "--threads"), ("--pue=0.9", "--pue"),
                             ("--budget=-1", "--budget"), ("--budget=nan", "--budget"),
                             ("--budget=", "--budget"), ("--quiet=yes", "--quiet"),
                             ("--intensity=x", "--intensity"), ("--year=1066", "1066"),
                             ("--precision=int4", "int4"), ("--seed=0.5", "--seed"),
                             ("--rate=0", "--rate")]:
            with self.subTest(option):
                self.refused(["run", "cifar10-nano", *QUICK, "--zone=KR", option]
                             if option.startswith("--year") else
                             ["run", "cifar10-nano", *QUICK, option], says)

    def test_a_file_without_a_card_has_no_precision_to_choose(self):
        path = ROOT / "models/cifar10-nano.int8.tflite"
        self.refused(["run", path, *QUICK, "--precision=float32"], "as it is")

    def test_zone_and_intensity_exclude_each_other(self):
        self.refused(["run", "cifar10-nano:int8", *QUICK, "--zone=KR", "--intensity=3"], "one of them")

    def test_a_value_that_is_missing(self):
        self.refused(["run", "cifar10-nano:int8", "--input"], "--input needs a value")
        self.refused(["run", "cifar10-nano:int8"], "--input FILE is missing")
        self.refused(["run", *QUICK], "one model")

    def test_words_that_a_command_has_no_use_for(self):
        for command in ("models", "doctor", "version"):
            self.refused([command, "surplus"], "surplus")
        self.refused(["zones", "KR", "JP"], "JP")


class Inputs(unittest.TestCase):
    """Photos that are none: status 1, told by name, before or without any measuring."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def failed(self, path, *says):
        done = miev("run", "cifar10-nano:int8", "--budget=0", "--input", path)
        self.assertEqual(done.returncode, 1, done.stderr)
        for text in says:
            self.assertIn(text, re.sub(r"\s+", " ", done.stdout + done.stderr))

    def test_missing_file(self):
        self.failed("no-such.jpg", "no-such.jpg", "No such file")

    def test_folder(self):
        self.failed(self.folder, str(self.folder), "folder")

    def test_empty_file(self):
        path = self.folder / "empty.jpg"
        path.touch()
        self.failed(path, "empty")

    def test_address_pasted_in_place_of_a_file(self):
        self.failed("https://example.org/cat.jpg", "is an address", "download it first")
        done = miev("run", "https://example.org/x.tflite", "--input", CAT)
        self.assertIn("is an address", done.stderr)
        self.assertIn("`miev pull` brings it", done.stderr)

    def test_pipe_and_device(self):
        path = self.folder / "pipe.jpg"
        os.mkfifo(path)
        self.failed(path, "pipe.jpg", "save its content as a file")
        self.failed("/dev/null", "save its content as a file")

    def test_cut_photo_is_told_once_for_the_study(self):
        path = self.folder / "cut.png"
        path.write_bytes(pathlib.Path(CAT).read_bytes()[:5000])
        done = miev("compare", "--input", path, "--budget=0")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, "cut.png: the PNG picture is .*cut off")

    def test_text_named_like_a_photo(self):
        path = self.folder / "letter.jpg"
        path.write_text("Dear all,\n" * 100)
        self.failed(path, "not a picture", "JPEG or PNG")

    def test_photo_that_may_not_be_read(self):
        path = self.folder / "closed.jpg"
        shutil.copy(CAT, path)
        path.chmod(0)
        if os.access(path, os.R_OK):
            self.skipTest("root may read everything")
        self.failed(path, "closed.jpg", "Permission denied")


class Lists(unittest.TestCase):
    def test_models_lists_every_file_of_every_card(self):
        done = miev("models")
        self.assertEqual(done.returncode, 0)
        for card in (ROOT / "models").glob("*.json"):
            for precision in ("float32", "int8"):
                self.assertIn(f"{card.stem}:{precision}", done.stdout)

    def test_zones_lists_places_with_their_source(self):
        done = miev("zones")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\nKR   KOR +\d+  20\d\d  South Korea\n")
        self.assertIn("Source: Our World in Data", done.stdout)
        self.assertGreater(len(done.stdout.splitlines()), 200)

    def test_zones_of_one_place_lists_its_years(self):
        years = re.findall(r"  (\d{4})  South Korea", miev("zones", "kr").stdout)
        self.assertGreater(len(years), 20)
        self.assertEqual(miev("zones", "South Korea").stdout, miev("zones", "KOR").stdout)

    def test_closed_output_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = support.subprocess.run([support.MIEV, "zones"], stdout=full, timeout=60,
                                             stderr=support.subprocess.PIPE, text=True)
        self.assertEqual(process.returncode, 1)
        self.assertIn("standard output", process.stderr)


class Places(unittest.TestCase):
    """Where the program is started from does not matter."""

    def setUp(self):
        if not support.find_runtime():
            self.skipTest("no model runs here")

    def test_folder_with_blanks_in_its_name(self):
        with tempfile.TemporaryDirectory() as parent:
            folder = pathlib.Path(parent, "my photos and models")
            folder.mkdir()
            shutil.copy(CAT, folder / "my cat.png")
            shutil.copy(ROOT / "models/cifar10-nano.int8.tflite", folder / "my model.tflite")
            (folder / "home dir").symlink_to(ROOT)
            env = support.environment(MIEV_HOME=str(folder / "home dir"))
            done = miev("compare", "./my model.tflite", "cifar10-nano:int8", "--input",
                        "my cat.png", "--budget=0", cwd=folder, env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("my model.tflite", done.stdout)

    def test_file_names_that_are_no_text_are_shown_safely(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.fsencode(folder) + b"/bad\xff\x1b[31m.tflite"
            shutil.copy(ROOT / "models/cifar10-nano.int8.tflite", path)
            done = miev("run", os.fsdecode(path), *QUICK, "--json=-")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn('"name": "bad??[31m.tflite"', done.stdout)

    def test_home_that_is_not_there(self):
        done = miev("models", env=support.environment(MIEV_HOME="/nonexistent"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("MIEV_HOME names /nonexistent", done.stderr)

    def test_two_dashes_end_the_options(self):
        done = miev("run", *QUICK, "--quiet", "--", "cifar10-nano:int8")
        self.assertEqual(done.returncode, 0)


class Looks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not support.find_runtime():
            raise unittest.SkipTest("no model runs here")

    def test_a_pipe_gets_neither_progress_nor_colour(self):
        done = miev("compare", "cifar10-nano", *QUICK)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn("\x1b", done.stdout)
        self.assertNotIn("\r", done.stdout)

    def test_a_terminal_gets_progress_and_colour(self):
        status, shown = on_terminal("run", "cifar10-nano:int8", "--input", CAT, "--budget=1")
        self.assertEqual(status, 0)
        self.assertIn("\x1b[1m", shown)
        self.assertRegex(shown, r"\r\[.{12}\] \d+ of at most 1 s")
        self.assertIn("cifar10-nano:int8", shown)
        for line in seen(shown):
            self.assertNotIn("of at most", line)

    def test_no_color_and_dumb_terminals_get_no_colour(self):
        for variables in ({"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}):
            env = support.environment(**variables)
            _, shown = on_terminal("run", "cifar10-nano:int8", *QUICK, env=env)
            self.assertNotIn("\x1b", shown)
        _, shown = on_terminal("models", env=support.environment(TERM="xterm", NO_COLOR=""))
        self.assertIn("\x1b[1m", shown)

    def test_a_dumb_terminal_gets_no_progress(self):
        env = support.environment(TERM="dumb")
        _, shown = on_terminal("run", "cifar10-nano:int8", *QUICK, env=env)
        self.assertNotIn("\r", shown)

    def test_what_was_guessed_for_a_bare_file_is_told(self):
        done = miev("run", ROOT / "models/cifar10-nano.int8.tflite", *QUICK)
        self.assertIn("Guessed for cifar10-nano.int8.tflite", done.stdout)
        self.assertNotIn("Guessed", miev("run", "cifar10-nano:int8", *QUICK).stdout)

    def test_quiet_is_the_table_only(self):
        done = miev("run", "cifar10-nano:int8", *QUICK, "--quiet")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.startswith("model "))
        self.assertNotIn("Place:", done.stdout)
        _, shown = on_terminal("run", "cifar10-nano:int8", *QUICK, "--quiet")
        self.assertNotIn("\r", shown)

    def assert_fits(self, shown, columns):
        for line in seen(shown):
            self.assertLessEqual(len(line), columns, line)

    def test_a_narrow_terminal_gives_the_name_a_line_of_its_own(self):
        for words in (["models"], ["compare", "cifar10-nano", *QUICK]):
            _, shown = on_terminal(*words, columns=45)
            self.assert_fits(shown, 45)
            self.assertRegex("\n".join(seen(shown)), r"\ncifar10-nano:int8\n +\d")

    def test_a_terminal_of_no_use_for_columns_stacks_the_table(self):
        _, shown = on_terminal("compare", "cifar10-nano", *QUICK, "--quiet", columns=30)
        self.assert_fits(shown, 30)
        self.assertRegex("\n".join(seen(shown)), r"\ncifar10-nano:int8\n  top prediction  \w")

    def test_what_a_terminal_is_too_narrow_for_is_named(self):
        for columns, left_out in ((80, "top prediction, energy, of largest."), (140, None)):
            _, shown = on_terminal("compare", "cifar10-nano", *QUICK, columns=columns)
            self.assert_fits(shown, columns)
            words = " ".join(seen(shown))
            if left_out:
                self.assertIn("In a wider terminal also: " + left_out, words)
            else:
                self.assertIn("top prediction", words)
                self.assertNotIn("wider terminal", words)

    def test_a_wide_terminal_has_one_line_a_model(self):
        _, shown = on_terminal("models", columns=160)
        self.assertRegex("\n".join(seen(shown)), r"\ncifar10-nano:int8 .* Apache-2.0\n")

    def test_columns_line_up_under_wide_and_combining_letters(self):
        with tempfile.TemporaryDirectory() as folder:
            names = ["고양이.tflite", "cafe\u0301.tflite", "x" * 60 + ".tflite"]
            for name in names:
                shutil.copy(ROOT / "models/cifar10-nano.int8.tflite", pathlib.Path(folder, name))
            done = miev("compare", *[pathlib.Path(folder, name) for name in names], *QUICK,
                        "--quiet")
        rows = [line for line in done.stdout.splitlines() if "class " in line]
        self.assertEqual(len(rows), 3)
        columns = set()
        for row in rows:
            before = row[:row.index("class ")]
            wide = sum(1 for letter in before if "\uac00" <= letter <= "\ud7a3")
            columns.add(len(before) + wide - before.count("\u0301"))
        self.assertEqual(len(columns), 1, done.stdout)


class Studies(unittest.TestCase):
    """What is told of a study with energy, which takes its time."""

    WORDS = ["compare", "cifar10-nano:int8", "cifar10-small:int8", "cifar10-large:int8",
             "--input", CAT, "--rate=1440"]

    @classmethod
    def setUpClass(cls):
        if not support.find_runtime():
            raise unittest.SkipTest("no model runs here")

    def with_energy(self, run):
        """What is shown of a study that had time for its rounds, however busy the machine is."""
        for budget in (6, 30):
            shown = run(f"--budget={budget}")
            if not re.search(r"(have|has) no (energy|figures)", shown):
                return shown
        self.skipTest("other programs keep this machine too busy")

    def at_80_columns(self, budget):
        status, shown = on_terminal(*self.WORDS, budget, columns=80)
        self.assertEqual(status, 0)
        lines = seen(shown)
        for line in lines:
            self.assertLessEqual(len(line), 80, line)
        return "\n".join(lines)

    def test_every_line_fits_a_terminal_of_80_columns(self):
        shown = self.with_energy(self.at_80_columns)
        self.assertRegex(shown, r"\nmodel +accuracy +latency +(estimated|measured|mixed) \S+ "
                                r"CO2e/million +front\n")
        self.assertRegex(shown, r"\nat 1440 requests a day +busy ")
        self.assertRegex(shown, r"\n +\^ 1440 a day\n")
        self.assertRegex(shown, "[\u2801-\u28ff]")

    def without_utf8(self, budget):
        done = miev(*self.WORDS, budget, "--intensity=400", env=support.environment(LC_ALL="C"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.isascii())
        return done.stdout

    def test_without_utf8_plots_are_plain(self):
        shown = self.with_energy(self.without_utf8)
        self.assertRegex(shown, r"\n *\d.* \+\*\*+")
        self.assertRegex(shown, r"\naccuracy on CIFAR-10 test against CO2e")
        words = re.sub(r"\s+", " ", shown)
        self.assertRegex(words, r"cifar10-(nano|small):int8 keeps all but \d+\.\d points \([\d.]+ "
                                r"to [\d.]+\) of the accuracy of cifar10-large:int8 and emits \S+ % "
                                r"of its carbon \(\S+ to \S+ %: [a-z ]+, (estimated|measured|mixed)")
        self.assertRegex(words, r"Between two requests a worker draws \d\S* W")


class Machines(unittest.TestCase):
    """`miev doctor` on recorded machines: not there, closed and broken are three things."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)

    def doctor(self, machine, change=None, **more):
        support.unpack_machine(ROOT / f"tests/fixtures/machines/{machine}.txt", self.root)
        if change:
            change()
        done = miev("doctor", "--root", self.root, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return re.search(r"  rapl +([\w-]+): .*?(?=\n  \w)", done.stdout, re.DOTALL), done.stdout

    def test_every_recorded_machine_is_told(self):
        for path in sorted((ROOT / "tests/fixtures/machines").glob("*.txt")):
            with self.subTest(path.stem):
                shutil.rmtree(self.root)
                rapl, shown = self.doctor(path.stem)
                has_counters = "energy_uj\t" in path.read_text()
                self.assertEqual(rapl.group(1), "found" if has_counters else "unavailable")
                self.assertRegex(shown, r"\n  cpu_model +found: ")

    def test_a_closed_counter_is_not_a_missing_one(self):
        counter = self.root / "sys/class/powercap/intel-rapl:0/energy_uj"
        self.root.chmod(0o755)
        try:
            rapl, shown = self.doctor("intel-one-socket", lambda: counter.chmod(0), cwd="/",
                                      **support.as_ordinary_user())
        except PermissionError:
            self.skipTest("an ordinary user may not start this program where it lies")
        self.assertEqual(rapl.group(1), "permission")
        self.assertIn("energy_uj", rapl.group(0))
        self.assertRegex(shown, r"\n    cpu +cpu +estimated")

    def test_a_counter_without_a_number_is_broken(self):
        counter = self.root / "sys/class/powercap/intel-rapl:0/energy_uj"
        rapl, _ = self.doctor("intel-one-socket", lambda: counter.write_text("lots\n"))
        self.assertEqual(rapl.group(1), "broken")
        self.assertIn("holds no number", rapl.group(0))

    def test_an_inner_counter_is_shown_and_not_added(self):
        rapl, _ = self.doctor("intel-one-socket")
        self.assertRegex(rapl.group(0), r"\n    core-0 .*\(shown, not added\)")
        self.assertNotRegex(rapl.group(0), r"\n    package-0 .*\(shown, not added\)")

    def test_a_root_that_is_not_there_is_told(self):
        done = miev("doctor", "--root", self.root / "nowhere")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("nowhere", done.stderr)


class SelfTest(unittest.TestCase):
    def test_simulated_machines_and_this_one_are_told(self):
        done = miev("selftest", "--studies=2", "--seconds=3")
        self.assertEqual(done.stderr, "")
        for name in ("quiet", "neighbours", "wraps", "large server"):
            self.assertRegex(done.stdout, rf"\n{name} +\d+ % ")
        self.assertIn("\nthis machine (two equal loads", done.stdout)
        self.assertRegex(done.stdout, "Energy is (estimated|measured)|No interval")

    def test_this_machine_alone(self):
        done = miev("selftest", "--studies=0", "--seconds=1")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn("simulated", done.stdout)

    def test_more_than_a_minute_is_refused(self):
        done = miev("selftest", "--seconds=61")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--seconds", done.stderr)


