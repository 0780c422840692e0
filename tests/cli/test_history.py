# SPDX-License-Identifier: Apache-2.0
"""Studies that are kept: nothing is lost, whatever ends the program; and what is done with them."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

import support
from support import CAT, ROOT, miev

try:
    import jsonschema
except ImportError:
    jsonschema = None

NANO = "cifar10-nano:int8"
QUICK = [NANO, "--input", CAT, "--budget=0"]
CORPUS = ROOT / "tests/fuzz/corpus/report"
KITTEN = ROOT / "models/photos/cat-kitten.jpg"
KILLS = int(os.environ.get("MIEV_KILLS", "10"))


def schema_faults(document, name):
    schema = json.loads((ROOT / "docs" / name).read_text())
    return [f"{error.json_path}: {error.message}"
            for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


class History(unittest.TestCase):
    """A history of its own for each test."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.data = self.folder / "data"
        self.env = support.environment(MIEV_DATA=str(self.data))

    def run_miev(self, *words, status=0, **more):
        done = miev(*words, env=self.env, **more)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done

    def refused(self, words, *says, status=1):
        done = self.run_miev(*words, status=status)
        self.assertTrue(done.stderr.startswith("miev: "), done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)
        return done

    def rows(self):
        """{id: row} of the database, read past the program."""
        if not (self.data / "history.db").exists():
            return {}
        uri = f"file:{self.data}/history.db?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=30)) as database:
            database.row_factory = sqlite3.Row
            has_table = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            return {row["id"]: row for row in
                    (database.execute("SELECT * FROM studies") if has_table else [])}

    def imported(self, name="whole.json"):
        self.run_miev("import", CORPUS / name)


class Measured(History):
    def setUp(self):
        super().setUp()
        if not support.find_runtime():
            self.skipTest("no model runs here: 'miev doctor' says what is missing")

    def wait_for(self, condition):
        end = time.monotonic() + support.LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came")
            time.sleep(0.02)


class Kept(Measured):
    def test_a_study_is_exported_as_it_was_written(self):
        first, second = self.folder / "first.json", self.folder / "second.json"
        done = self.run_miev("run", *QUICK, "--json", first, "--name", "my first one")
        self.assertIn("\nKept as #1 ('miev history show 1').\n", done.stdout)
        self.run_miev("history", "export", "last", second)
        self.assertEqual(first.read_bytes(), second.read_bytes())
        self.assertEqual(self.run_miev("history", "export", "#1").stdout.strip(),
                         first.read_text().strip())
        listed = self.run_miev("history").stdout
        self.assertRegex(listed, rf"\n1 .* finished +my first one +{CAT.name}\n")
        self.assertEqual(listed, self.run_miev("history", "list").stdout)
        self.assertIn(NANO, self.run_miev("history", "show", "1").stdout)

    def test_a_study_may_be_left_out(self):
        done = self.run_miev("run", *QUICK, "--no-history")
        self.assertNotIn("Kept", done.stdout)
        self.assertFalse(self.data.exists())

    def test_nothing_is_added_to_a_report_on_standard_output(self):
        json.loads(self.run_miev("run", *QUICK, "--json=-").stdout)
        self.assertNotIn("Kept", self.run_miev("run", *QUICK, "--quiet").stdout)
        self.assertEqual(len(self.rows()), 2)

    def test_a_folder_that_cannot_be_written_costs_the_record_only(self):
        self.data.write_text("in the way")
        done = self.run_miev("run", *QUICK)
        self.assertIn(NANO, done.stdout)
        self.assertNotIn("Kept", done.stdout)
        self.assertIn("not kept in the history", done.stderr)
        self.assertIn(str(self.data), done.stderr)

    def test_a_refused_input_leaves_no_row(self):
        self.run_miev("run", NANO, "--input", "no-such.jpg", status=1)
        self.assertEqual(self.rows(), {})

    def test_an_interrupted_study_says_so(self):
        process = subprocess.Popen([support.MIEV, "run", NANO, "--input", CAT, "--budget=60"],
                                   stdout=subprocess.DEVNULL, env=self.env)
        self.addCleanup(process.kill)
        self.wait_for(lambda: self.rows())
        self.assertIn(" running ", self.run_miev("history").stdout)
        self.refused(["history", "delete", "1"], "#1 is running")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=support.LIMIT_S)
        self.assertIn(" interrupted ", self.run_miev("history").stdout)

    def test_programs_that_write_at_once_lose_nothing(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: self.run_miev("run", *QUICK), range(8)))
        self.assertEqual(sorted(self.rows()), list(range(1, 9)))
        self.assertEqual({row["status"] for row in self.rows().values()}, {"finished"})


class Killed(Measured):
    """kill -9 at any moment: the study has its row and its last checkpoint, others are untouched."""

    def workers_of(self, pid):
        try:
            return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return []

    def kill_one(self, longest_s, draw):
        """(had begun, time of the kill) of a study that was killed at a random moment."""
        process = subprocess.Popen([support.MIEV, "run", NANO, "--input", CAT, "--budget=60"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=self.env)
        try:
            time.sleep(draw.uniform(0, longest_s))
            begun = bool(self.workers_of(process.pid))
        finally:
            process.kill()
        killed_s = time.time()
        process.wait(timeout=support.LIMIT_S)
        return begun, killed_s

    def check_database(self):
        with contextlib.closing(sqlite3.connect(self.data / "history.db")) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def check_killed(self, row, killed_s):
        self.assertEqual(row["status"], "running")
        # A checkpoint is written between rounds once half a second has passed; the rest is for a
        # machine that has no time for us.
        self.assertLess(killed_s - row["kept_unix_ms"] / 1000, 6)
        report = json.loads(row["report"])
        self.assertEqual(report["stop"]["reason"], "running")
        self.assertEqual(report["models"][0]["name"], NANO)
        if jsonschema:
            self.assertEqual(schema_faults(report, "report.schema.json"), [])
        return report

    def test_nothing_is_lost(self):
        draw = random.Random(20260)
        for name in ("first", "second"):
            self.run_miev("run", *QUICK, "--name", name)
        kept = {number: row["report"] for number, row in self.rows().items()}
        found, blocks = 0, 0
        for number in range(KILLS):
            before = set(self.rows())
            begun, killed_s = self.kill_one(0.5 if number % 7 else 3, draw)
            self.check_database()
            rows = self.rows()
            new = set(rows) - before
            self.assertLessEqual(len(new), 1)
            self.assertTrue(new or not begun, "a study that had begun left no row")
            self.assertEqual({number: rows[number]["report"] for number in kept}, kept)
            for number in new:
                report = self.check_killed(rows[number], killed_s)
                kept[number] = rows[number]["report"]
                found += 1
                blocks += report["stop"]["blocks"]
        self.assertGreater(found, 0, "no study ever began")
        last = max(kept)
        self.assertEqual(self.run_miev("history").stdout.count(" cut off "), found)
        shown = self.run_miev("history", "show", last).stdout
        self.assertIn("cut off", shown)
        print(f"# {found} of {KILLS} killed studies had begun, with {blocks} blocks of rounds")

    def test_a_checkpoint_holds_the_rounds_so_far(self):
        process = subprocess.Popen([support.MIEV, "run", NANO, "--input", CAT, "--budget=60"],
                                   stdout=subprocess.DEVNULL, env=self.env)
        self.addCleanup(process.kill)
        self.wait_for(lambda: any(json.loads(row["report"])["stop"]["blocks"] >= 3
                                  for row in self.rows().values()))
        process.kill()
        process.wait(timeout=support.LIMIT_S)
        report = json.loads(self.run_miev("history", "export", "1").stdout)
        if report["models"][0]["energy"]["method"] == "unavailable":
            self.skipTest("other programs keep this machine too busy")
        priced = self.run_miev("footprint", "1", "--zone=KR", "--json=-").stdout
        self.assertGreater(json.loads(priced)["models"][0]["footprint"]["operational_g"]["value"], 0)


class Managed(History):
    def test_an_empty_history_is_no_failure(self):
        for words in (["history"], ["history", "list"]):
            self.assertIn("empty", self.run_miev(*words).stdout)
        self.refused(["history", "show", "1"], "no study is kept")
        self.assertFalse(self.data.exists())

    def test_studies_are_deleted_by_number(self):
        for name in ("whole.json", "one-model.json", "no-energy.json"):
            self.imported(name)
        self.assertEqual(self.run_miev("history", "delete", "1", "3").stdout,
                         "Deleted #1.\nDeleted #3.\n")
        self.assertEqual(list(self.rows()), [2])
        self.refused(["history", "delete", "2", "9"], "#9")
        self.refused(["history", "delete", "last"], "by its number")
        self.assertEqual(list(self.rows()), [2])
        self.refused(["history", "show", "1"], "#1")

    def test_wrong_words_are_refused(self):
        self.refused(["history", "shwo", "1"], "'shwo'", "set-aside", status=2)
        self.refused(["history", "show"], "miev history show ID", status=2)
        self.refused(["history", "export", "1", "2", "3"], "export ID [FILE]", status=2)
        for option in ("--json=-", "--csv=-", "--markdown=x", "--json-lines=x", "--explain"):
            for verb in (["export", "1"], ["list"], ["delete", "1"]):
                self.refused(["history", *verb, option], f"not with {verb[0]}", status=2)
        self.imported()
        self.refused(["history", "show", "one"], "'one' is no number")
        self.refused(["history", "show", "0"], "'0'")
        for command in ("import", "footprint", "repeat"):
            self.refused([command], "is missing", status=2)

    def test_a_file_that_is_no_history_is_refused_and_set_aside(self):
        self.data.mkdir()
        (self.data / "history.db").write_text("my diary " * 100)
        self.refused(["history"], "history.db", "set-aside")
        done = self.run_miev("history", "set-aside")
        moved = pathlib.Path(done.stdout.split()[4].rstrip(";"))
        self.assertEqual(moved.read_text(), "my diary " * 100)
        self.imported()
        self.assertEqual(list(self.rows()), [1])

    def test_a_newer_history_is_refused(self):
        self.imported()
        with contextlib.closing(sqlite3.connect(self.data / "history.db")) as database:
            database.execute("PRAGMA user_version = 7")
        self.refused(["history"], "newer miev")

    def test_a_narrow_terminal_stacks_the_list(self):
        self.imported()
        _, shown = support.on_terminal("history", columns=50,
                                       env={**self.env, "TERM": "xterm"})
        self.assertIn("  state ", shown)
        self.assertTrue(all(len(line) <= 70 for line in shown.splitlines()), shown)


class Imported(History):
    def test_the_same_report_is_kept_once(self):
        self.assertEqual(self.run_miev("import", CORPUS / "whole.json").stdout,
                         "Imported as #1.\n")
        self.assertIn("already: #1", self.run_miev("import", CORPUS / "whole.json").stdout)
        pretty = self.folder / "pretty.json"
        report = json.loads((CORPUS / "whole.json").read_text())
        pretty.write_text(json.dumps(report, indent=8, sort_keys=True))
        self.assertIn("already: #1", self.run_miev("import", pretty).stdout)
        self.assertIn(" imported ", self.run_miev("history").stdout)

    def test_a_report_moves_from_one_history_to_another(self):
        self.imported()
        exported = self.run_miev("history", "export", "1").stdout
        self.env["MIEV_DATA"] = str(self.folder / "other")
        with open(self.folder / "moved.json", "w+", encoding="utf-8") as file:
            file.write(exported)
            file.seek(0)
            done = subprocess.run([support.MIEV, "import", "-", "--name", "moved"], stdin=file,
                                  env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "Imported as #1.\n"), done.stderr)
        self.assertEqual(self.run_miev("history", "export", "1").stdout, exported)
        self.assertIn(" moved ", self.run_miev("history").stdout)

    def test_what_is_no_report_is_refused(self):
        for name, says in [("newer.json", "miev.report/2"), ("cut.json", "not valid JSON"),
                           ("deep.json", "nested"), ("twice.json", "duplicate"),
                           ("overflow.json", "not valid JSON")]:
            self.refused(["import", CORPUS / name], name, says)
        self.refused(["import", CAT], "not valid JSON")
        self.refused(["import", self.folder], "folder")
        self.refused(["import", "no-such.json"], "no-such.json")
        self.assertEqual(self.rows(), {})

    def test_a_report_that_is_too_large_is_refused(self):
        path = self.folder / "large.json"
        with open(path, "wb") as file:
            file.truncate((16 << 20) + 2)
        self.refused(["import", path], "large.json", "16777")

    def test_nothing_in_a_report_steers_the_terminal(self):
        self.imported("escapes.json")
        for words in (["history"], ["history", "show", "1"], ["footprint", "1", "--zone=KR"],
                      ["repeat", "1", "--input", KITTEN]):
            done = miev(*words, env=self.env)
            self.assertNotIn("\x1b", done.stdout + done.stderr)
            self.assertNotIn("\u202e", done.stdout + done.stderr)


class Priced(History):
    def grams(self, *words):
        return json.loads(self.run_miev("footprint", *words, "--json=-").stdout)

    def test_another_place_changes_the_grams_and_nothing_else(self):
        old = json.loads((CORPUS / "whole.json").read_text())
        new = self.grams(CORPUS / "whole.json", "--intensity=100", "--pue=2", "--no-embodied")
        self.assertEqual(new["site"]["intensity_g_per_kwh"], 100)
        for before, after in zip(old["models"], new["models"]):
            joules = before["energy"]["gross"]["per_inference_j"]["value"]
            self.assertAlmostEqual(after["footprint"]["per_inference_g"]["value"],
                                   joules * 2 * 100 / 3.6e6, delta=1e-12 * joules)
        for key in ("machine", "meter", "settings", "input", "stop"):
            self.assertEqual(old[key], new[key])
        for before, after in zip(old["models"], new["models"]):
            for key in ("name", "sha256", "energy", "latency", "predictions", "load"):
                self.assertEqual(before[key], after[key])
        for before, after in zip(old["comparison"], new["comparison"]):
            for key in ("a", "b", "ratio", "statistical", "systematic", "verdict"):
                self.assertEqual(before[key], after[key])

    def test_what_is_kept_does_not_change(self):
        self.imported()
        before = self.run_miev("history", "export", "1").stdout
        shown = self.run_miev("footprint", "1", "--zone=NO", "--rate=1000").stdout
        self.assertIn("Place: Norway", shown)
        self.assertIn("requests a day", shown)
        self.assertEqual(self.run_miev("history", "export", "1").stdout, before)
        self.assertEqual(len(self.rows()), 1)

    def test_without_energy_there_is_nothing_to_price(self):
        self.refused(["footprint", CORPUS / "no-energy.json"], "no-energy.json", "--budget")
        self.refused(["footprint", CORPUS / "whole.json", "--zone=Atlantis"], "Atlantis", status=2)


class Repeated(History):
    def repeat(self, report, *words, status=1):
        done = self.run_miev("repeat", report, *words, "--json=-", status=status)
        result = json.loads(done.stdout)
        if jsonschema:
            self.assertEqual(schema_faults(result, "repeat.schema.json"), [])
        return result

    def test_another_input_is_not_comparable_and_not_measured(self):
        result = self.repeat(CORPUS / "whole.json", "--input", KITTEN)
        self.assertEqual(result["verdict"], "not comparable")
        self.assertIsNone(result["after"])
        for model in result["models"]:
            self.assertIn("other input", model["reason"])
        self.assertEqual(self.rows(), {})
        self.refused(["repeat", CORPUS / "whole.json"], "cat-chelsea.png", status=2)

    def test_a_model_that_is_not_here_is_named(self):
        report = json.loads((CORPUS / "one-model.json").read_text())
        report["models"][0]["sha256"] = "0" * 64
        path = self.folder / "strange.json"
        path.write_text(json.dumps(report))
        result = self.repeat(path, "--input", CAT, "--models", self.folder)
        self.assertIn("no file here has its hash", result["models"][0]["reason"])
        self.refused(["repeat", path, "--input", CAT, "--models", "/nonexistent"], "/nonexistent")

    def test_a_file_is_found_by_its_hash_under_any_name(self):
        if not support.find_runtime():
            self.skipTest("no model runs here")
        models = self.folder / "models"
        models.mkdir()
        (models / "other.json").write_text("{}")
        shutil.copy(ROOT / "models/cifar10-nano.int8.tflite", models / "renamed.tflite")
        self.run_miev("run", ROOT / "models/cifar10-nano.int8.tflite", "--input", CAT,
                      "--budget=0")
        result = self.repeat("last", "--input", CAT, "--models", models)
        self.assertEqual(result["models"][0]["answers"], "same")
        self.assertIn("no energy", result["models"][0]["reason"])
        self.assertEqual(len(self.rows()), 2)

    def test_a_study_is_repeated_with_its_settings(self):
        if not support.find_runtime():
            self.skipTest("no model runs here")
        self.run_miev("run", NANO, "--input", CAT, "--budget=4", "--seed=11", "--target=5",
                      "--intensity=77", "--memory=2048")
        done = miev("repeat", "1", "--input", CAT, env=self.env)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertIn("The repeated study: ", done.stdout)
        self.assertIn("Kept as #2", done.stdout)
        first, second = (json.loads(self.rows()[number]["report"]) for number in (1, 2))
        self.assertEqual(first["settings"], second["settings"])
        self.assertEqual(first["input"], second["input"])
        self.assertEqual(first["site"], second["site"])
        self.assertEqual(first["models"][0]["sha256"], second["models"][0]["sha256"])
        self.assertEqual(first["models"][0]["predictions"], second["models"][0]["predictions"])


if __name__ == "__main__":
    unittest.main()
