# SPDX-License-Identifier: Apache-2.0
"""Every formula of the method has a worked example: the table of docs/method.md holds what it says."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).parent.parent.parent
METHOD = {"footprint": "method-footprint", "energy": "method-energy",
          "statistics": "method-statistics"}
BY_TITLE = ["sweep", "alternatives"]
HEADING = re.compile(r"^##+ (?:(\d+(?:\.\d+)?)\.? )?(.*)$")


def rows():
    """{formula: {(file, test)}} of the table."""
    text = (ROOT / "docs/method.md").read_text(encoding="utf-8")
    table = text.split("## Worked examples")[1].split("\n## ")[0]
    found = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] in ("formula", "---"):
            continue
        tests = found.setdefault(cells[0], set())
        for group in cells[1].split(";"):
            file, names = group.split(":")
            tests |= {(file.strip(), name.strip()) for name in names.split(",")}
    return found


def sections(name):
    """(number, title) of each section of a page with an indented line that sets something equal."""
    heading, told = None, set()
    for line in (ROOT / f"docs/{name}.md").read_text(encoding="utf-8").splitlines():
        if match := HEADING.match(line):
            heading = match.groups()
        elif heading and line.startswith("    ") and re.search(r"\S +=+ ", line):
            told.add(heading)
    return told


class WorkedExamples(unittest.TestCase):
    def test_each_test_that_is_named_exists_and_runs(self):
        table, build = rows(), (ROOT / "tests/meson.build").read_text(encoding="utf-8")
        self.assertGreater(len(table), 25)
        for formula, tests in table.items():
            for file, name in tests:
                with self.subTest(formula=formula, test=name):
                    text = (ROOT / f"tests/unit/test_{file}.c").read_text(encoding="utf-8")
                    written, _, run = text.partition("\nint main(void)")
                    self.assertTrue(f"static void {name}(" in written, f"{file} has no {name}")
                    self.assertTrue(f"({name})" in run or f"({name}," in run, f"{name} is not run")
                    self.assertTrue(f"'{file}'" in build, f"{file} is not built")

    def test_no_section_with_a_formula_is_missing(self):
        table = rows()
        for short, page in METHOD.items():
            self.assertTrue(sections(page))
            for number, _ in sections(page):
                self.assertIn(f"{short} {number}", table)
        for page in BY_TITLE:
            self.assertTrue(sections(page))
            for _, title in sections(page):
                self.assertIn(f"{page}, {title}", table)

    def test_no_row_names_a_section_that_is_not_there(self):
        for formula in rows():
            short, _, number = formula.partition(" ")
            if short in METHOD:
                text = (ROOT / f"docs/{METHOD[short]}.md").read_text(encoding="utf-8")
                self.assertRegex(text, rf"(?m)^##+ {re.escape(number)}\.? ")


if __name__ == "__main__":
    unittest.main()
