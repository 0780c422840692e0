# SPDX-License-Identifier: Apache-2.0
"""What --csv, --json-lines and --markdown write: the columns of docs/outputs.md, the report's own
numbers, and names that would like to be more than names."""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import support
from support import CAT, ROOT, miev

NANO = "cifar10-nano:int8"
EVIL = '=1+1|<b>[x](y),"z".tflite'
KINDS = {"text": str, "number": (int, float), "whole number": int, "true or false": bool}


def documented():
    """{column: kind} of docs/outputs.md, in its order."""
    rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \| .+ \|$", (ROOT / "docs/outputs.md").read_text(),
                      re.MULTILINE)
    return dict(rows)


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def plain(text):
    """A cell's text as it was before it was kept from being a formula."""
    return text[1:] if text.startswith("'") else text


class Study(unittest.TestCase):
    """One study of a model that fails, one with an evil name and a good one, in every form."""

    @classmethod
    def setUpClass(cls):
        if not support.find_runtime():
            raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        whole = (ROOT / "models/cifar10-nano.int8.tflite").read_bytes()
        (cls.folder / EVIL).write_bytes(whole)
        (cls.folder / "broken.tflite").write_bytes(whole[:len(whole) // 2])
        cls.paths = {form: cls.folder / f"out.{form}"
                     for form in ("json", "csv", "json-lines", "markdown")}
        words = [f"--{form}={path}" for form, path in cls.paths.items()]
        cls.done = miev("compare", NANO, f"./{EVIL}", "./broken.tflite", "--input", CAT, "--budget=6",
                        "--zone=KR", "--rate=100", *words, cwd=cls.folder)
        cls.report = json.loads(cls.paths["json"].read_text())

    def rows(self):
        return read_csv(self.paths["csv"].read_bytes().decode())

    def lines(self):
        return [json.loads(line) for line in self.paths["json-lines"].read_text().splitlines()]

    def test_every_form_is_written_and_the_table_is_shown(self):
        self.assertEqual(self.done.returncode, 1)  # of the broken model
        self.assertIn(NANO, self.done.stdout)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir() if "out." in path.name),
                         sorted(path.name for path in self.paths.values()))

    def test_columns_are_those_of_the_documentation(self):
        self.assertGreater(len(documented()), 80)
        head = self.paths["csv"].read_bytes().split(b"\r\n")[0].decode().split(",")
        self.assertEqual(head, list(documented()))
        for line in self.lines():
            self.assertEqual(list(line), list(documented()))

    def test_a_page_holds_the_report_and_every_place(self):
        path = self.folder / "page.html"
        done = miev("footprint", str(self.paths["json"]), "--zone=FR", f"--html={path}", "--quiet")
        if "built without" in done.stderr:
            self.assertFalse(path.exists())
            self.skipTest("this miev was built without its page")
        self.assertEqual(done.returncode, 0, done.stderr)
        page = path.read_text()
        self.assertNotIn(EVIL.split("|")[1][:3], page.split("miev-report")[1].split("</script>")[0])
        report, places = (json.loads(re.search(rf'id="miev-{name}">(.*?)</script>', page)[1])
                          for name in ("report", "places"))
        self.assertEqual([m["name"] for m in report["models"]],
                         [m["name"] for m in self.report["models"]])
        self.assertEqual(report["site"]["zone"], "France")
        self.assertEqual(places["models"], [m["name"] for m in report["models"]])
        france = next(z for z in places["zones"]["items"] if z["iso3"] == "FRA")
        for priced, model in zip(france["per_inference_g"], report["models"]):
            if "error" in model:
                self.assertIsNone(priced)
            else:
                self.assertAlmostEqual(priced["value"] / model["footprint"]["per_inference_g"]["value"],
                                       1, places=9)
        tags = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
        self.assertNotRegex(tags, r'(src|href)="(?!data:)')

    def test_kinds_are_those_of_the_documentation(self):
        for line in self.lines():
            for column, kind in documented().items():
                if line[column] is not None:
                    self.assertIsInstance(line[column], KINDS[kind], column)
                    self.assertEqual(isinstance(line[column], bool), kind == "true or false", column)

    def test_csv_and_json_lines_tell_the_same(self):
        self.assertEqual(len(self.rows()), len(self.lines()))
        for row, line in zip(self.rows(), self.lines()):
            for column, kind in documented().items():
                want = line[column]
                with self.subTest(column):
                    if want is None:
                        self.assertEqual(row[column], "")
                    elif kind == "text":
                        self.assertEqual(plain(row[column]), want)
                    else:
                        self.assertEqual(json.loads(row[column]), want)

    def test_numbers_are_the_report_s_own(self):
        for line, model in zip(self.lines(), self.report["models"]):
            self.assertEqual(line["model"], model["name"])
            self.assertEqual(line["zone"], "South Korea")
            if "error" in model:
                self.assertEqual(line["error_code"], model["error"]["code"])
                self.assertIsNone(line["latency_p50_s"])
                continue
            self.assertEqual(line["latency_p50_s"], model["latency"]["p50_s"])
            self.assertEqual(line["energy_method"], model["energy"]["method"])
            if model["energy"]["method"] == "unavailable":
                self.assertIsNone(line["energy_j"])
                continue
            gross = model["energy"]["gross"]["per_inference_j"]
            parts = {part["part"]: part["joules"] for part in model["energy"]["parts"]}
            stages = {stage["stage"]: stage["seconds"] for stage in model["stages"]}
            self.assertEqual(line["energy_j"], gross["value"])
            self.assertEqual(line["energy_systematic_high_j"], gross["systematic"]["high"])
            self.assertEqual(line["energy_memory_j"], parts["memory"])
            self.assertEqual(line["energy_machine_j"], parts["machine"])
            self.assertEqual(line["decode_s"], stages["decode"])
            self.assertEqual(line["carbon_low_g"], model["footprint"]["per_inference_g"]["low"])
            self.assertEqual(line["carbon_year_g"], model["footprint"]["at_rate"]["year_g"])
            self.check_use(line, model)

    def check_use(self, line, model):
        """First use, requests that come now and then, and the position beside the others."""
        load, footprint = model["load"], model["footprint"]
        rate = footprint["at_rate"]
        self.assertEqual(line["cold_s"], load["cold_s"])
        self.assertEqual(line["first_inference_j"], load["first_inference_j"])
        self.assertEqual(line["cold_high_j"], load["cold_j"] and load["cold_j"]["high"])
        self.assertEqual(line["carbon_cold_g"], footprint["cold_g"] and footprint["cold_g"]["value"])
        self.assertEqual(line["request_workers"], rate["workers"])
        self.assertEqual(line["request_low_j"], rate["per_request_j"]["low"])
        self.assertEqual(line["carbon_request_g"], rate["per_request_g"]["value"])
        positions = {entry["name"]: entry["position"]
                     for front in self.report["pareto"] for entry in front["models"]}
        self.assertEqual(line["pareto_position"], positions.get(model["name"]))

    def test_a_name_is_never_a_formula(self):
        for line in self.paths["csv"].read_bytes().split(b"\r\n"):
            self.assertNotRegex(line, rb'^"?[=+@-]')
        self.assertEqual([plain(row["model"]) for row in self.rows()],
                         [model["name"] for model in self.report["models"]])
        self.assertEqual(self.rows()[1]["model"], "'" + EVIL)

    def test_lines_of_csv_end_as_rfc_4180_says(self):
        text = self.paths["csv"].read_bytes()
        self.assertTrue(text.endswith(b"\r\n"))
        self.assertEqual(text.count(b"\n"), text.count(b"\r\n"))
        self.assertEqual(len(self.rows()), 3)

    def test_markdown_is_a_whole_table(self):
        text = self.paths["markdown"].read_text()
        table = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(len(table), 5)
        for line in table:
            self.assertEqual(len(re.findall(r"(?<!\\)\|", line)), 8, line)
        self.assertIn("failed: ", table[-1])
        self.assertIn("South Korea, ", text)
        measured = any(model.get("footprint") for model in self.report["models"])
        self.assertEqual("In brackets: " in text, measured)
        self.assertIn("Our World in Data", text)
        self.assertIn("CIFAR-10", text)
        self.assertNotIn("<b>", text)
        self.assertIn(r'=1+1\|&lt;b>\[x\](y),"z".tflite', text)


class Places(unittest.TestCase):
    """Where an output goes."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, *words, **more):
        return miev("run", NANO, "--input", CAT, "--budget=0", *words, **more)

    def test_standard_output_has_one_form_and_nothing_else(self):
        for option, begins in (("--csv", "model,"), ("--markdown", "| model |"),
                               ("--json-lines", '{"model":')):
            done = self.write(option, "-")
            self.assertTrue(done.stdout.startswith(begins), done.stdout)
            self.assertEqual(done.stderr if done.returncode == 0 else "", "")

    def test_two_forms_on_standard_output_are_refused_before_any_measuring(self):
        done = miev("run", NANO, "--input=/nonexistent", "--csv=-", "--markdown=-")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("--csv - and --markdown - both want standard output", done.stderr)

    def test_one_that_cannot_be_written_does_not_take_the_others_along(self):
        done = self.write("--csv=/nonexistent/a.csv", f"--markdown={self.folder}/a.md")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write --csv /nonexistent/a.csv: No such file", done.stderr)
        self.assertIn("| model |", (self.folder / "a.md").read_text())
        self.assertIn(NANO, done.stdout)

    def test_a_full_disk_is_told(self):
        done = self.write("--csv=/dev/full")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write --csv /dev/full: No space left", done.stderr)

    def test_a_pipe_is_written_to_as_it_is(self):
        done = self.write("--csv=/dev/stdout", "--quiet")
        self.assertEqual(done.stderr, "")
        self.assertTrue(done.stdout.startswith("model,"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_failed_write_leaves_the_old_file_and_no_other(self):
        path = self.folder / "old.csv"
        path.write_text("old\n")
        process = subprocess.run(
            ["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$0" "$@"', support.MIEV, "run", NANO,
             "--input", CAT, "--budget=0", f"--csv={path}"], capture_output=True, text=True,
            env=support.environment(), timeout=support.LIMIT_S)
        self.assertEqual(process.returncode, 1, process.stderr)
        self.assertEqual(path.read_text(), "old\n")
        self.assertEqual(os.listdir(self.folder), ["old.csv"])

    def test_a_file_is_replaced_with_its_permissions_and_behind_its_link(self):
        path, link = self.folder / "a.csv", self.folder / "link.csv"
        path.write_text("old\n")
        path.chmod(0o640)
        link.symlink_to("a.csv")
        self.write(f"--csv={link}")
        self.assertTrue(link.is_symlink())
        self.assertTrue(path.read_text().startswith("model,"))
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)

    def test_a_new_file_has_the_usual_permissions(self):
        self.write(f"--csv={self.folder}/new.csv")
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual((self.folder / "new.csv").stat().st_mode & 0o777, 0o666 & ~mask)
