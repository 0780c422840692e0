# SPDX-License-Identifier: Apache-2.0
"""Each rule of tests/lint.py finds the fault it is for, and stays quiet on good code."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import lint  # noqa: E402

LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */\n"


def faults(path, text):
    """Names of the rules that a tree with this one file breaks."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        return {rule for rule, found in lint.lint(pathlib.Path(folder)).items() if found}


class Lint(unittest.TestCase):
    def test_every_banned_function_is_found(self):
        for name in lint.BANNED:
            with self.subTest(name):
                self.assertEqual(faults("src/core/a.c", f"{LICENCE}int x = {name} (y);\n"),
                                 {"banned_functions"})

    def test_names_that_only_contain_a_banned_one_are_fine(self):
        text = LICENCE + 'x = snprintf(a, 1, "atoi("); /* gets() */ y = strerror_r(1);\n'
        self.assertEqual(faults("src/core/a.c", text), set())

    def test_a_missing_licence_line_is_found(self):
        self.assertEqual(faults("scripts/tool", "#!/bin/sh\ntrue\n"), {"licence_line"})
        self.assertEqual(faults("tests/a.py", "pass\n"), {"licence_line"})

    def test_the_guard_is_the_path(self):
        good = LICENCE + "#ifndef MIEV_CORE_A_H\n#define MIEV_CORE_A_H\n#endif\n"
        self.assertEqual(faults("src/core/a.h", good), set())
        self.assertEqual(faults("src/grid/a.h", good), {"include_guard"})

    def test_arrows_point_down_only(self):
        def includes(folder, header):
            return faults(f"src/{folder}/a.c", f'{LICENCE}#include "{header}"\n')

        self.assertEqual(includes("meter", "sensor/sensor.h"), set())
        self.assertEqual(includes("sensor", "miev.h"), set())
        self.assertEqual(includes("study", "footprint/footprint.h"), set())
        self.assertEqual(includes("sensor", "meter/meter.h"), {"folder_arrows"})
        self.assertEqual(includes("core", "grid/grid.h"), {"folder_arrows"})
        self.assertEqual(includes("study", "cli/table.h"), {"folder_arrows"})
        self.assertEqual(includes("core", "error.h"), {"folder_arrows"})
        self.assertEqual(includes("nowhere", "core/error.h"), {"folder_arrows"})

    def test_a_todo_names_its_issue(self):
        self.assertEqual(faults("src/core/a.c", LICENCE + "/* TODO: later */\n"),
                         {"todo_with_issue"})
        self.assertEqual(faults("src/core/a.c", LICENCE + "/* TODO(7): later */\n"), set())

    def test_tabs_and_trailing_space_are_found(self):
        self.assertEqual(faults("src/core/a.c", LICENCE + "\tint x;\n"), {"no_tabs"})
        self.assertEqual(faults("src/core/a.c", LICENCE + "int x; \n"), {"no_tabs"})

    def test_line_remarks_are_found_and_addresses_are_not(self):
        self.assertEqual(faults("src/core/a.c", LICENCE + "int x; // one\n"), {"block_comments"})
        text = LICENCE + '/* see https://a.example */\nx = "https://a.example";\n'
        self.assertEqual(faults("src/core/a.c", text), set())
