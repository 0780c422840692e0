# SPDX-License-Identifier: Apache-2.0
"""House rules that no compiler knows. Prints TAP, one line a rule.

    python3 tests/lint.py [ROOT]

The rules: banned functions, a licence line in every source file, include guards that name the path,
arrows between folders that point down only, no TODO without an issue, no tabs, no // remarks in C.
"""

import pathlib
import re
import sys

BANNED = {  # name: what to use
    "strcpy": "snprintf or memcpy with a size",
    "strcat": "snprintf",
    "sprintf": "snprintf",
    "vsprintf": "vsnprintf",
    "gets": "fgets or getline",
    "atoi": "miev_parse_u64",
    "atof": "miev_parse_double",
    "strtok": "strcspn, or strtok_r",
    "localtime": "localtime_r",
    "gmtime": "gmtime_r",
    "strerror": "miev_error_errno, or strerror_r",
    "system": "posix_spawn",
    "assert_float_equal": "assert_near (cmocka's casts to float and so cannot fail)",
}

# Which folders of src/ a folder may include; miev.h is open to all.
BELOW = {
    "core": set(),
    "sensor": {"core"},
    "meter": {"sensor", "core"},
    "grid": {"core"},
    "footprint": {"grid", "core"},
    "engine": {"core"},
    "remote": {"engine", "meter", "sensor", "core"},
    "media": {"engine", "core"},  # engine.h says what a tensor is
    "model": {"engine", "core"},  # engine.h names formats and strangers
    "store": {"core"},
    "export": {"footprint", "core"},  # bounds
}
BELOW["study"] = set(BELOW)
BELOW["eval"] = set(BELOW)
BELOW["profile"] = set(BELOW)
BELOW["probe"] = set(BELOW)
BELOW["server"] = set(BELOW)
BELOW["cli"] = set(BELOW)

SOURCE_SUFFIXES = {".c", ".h", ".S", ".py", ".sh", ".ts"}
C_SUFFIXES = {".c", ".h"}
FOLDERS = ["include", "src", "tests", "scripts", "bench", "python", "web", "models", ".ci"]
SPEAK_TAP = {"lint.py", "test_lint.py", "tap.py", "count.py", "test_count.py"}  # TODO is a word of it
SKIPPED = {"node_modules", "dist", "__pycache__", "fixtures", "corpus"}


def is_source(path):
    if path.suffix in SOURCE_SUFFIXES:
        return True
    if path.suffix:
        return False
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def source_files(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not SKIPPED & set(path.parts) and is_source(path):
                yield path.relative_to(root)


def blank(match):
    """The same lines, empty."""
    return re.sub(r"[^\n]", " ", match.group(0))


TOKEN = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def without_comments_and_strings(text):
    return TOKEN.sub(blank, text)


def numbered(text):
    return enumerate(text.split("\n"), 1)


def banned_functions(path, text):
    if path.suffix not in C_SUFFIXES:
        return
    names = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for number, line in numbered(without_comments_and_strings(text)):
        for match in names.finditer(line):
            yield number, f"{match.group(1)} is banned: use {BANNED[match.group(1)]}"


def licence_line(path, text):
    head = text.split("\n")[:2]
    if not any("SPDX-License-Identifier: Apache-2.0" in line for line in head):
        yield 1, "the first two lines lack 'SPDX-License-Identifier: Apache-2.0'"


def include_guard(path, text):
    if path.suffix != ".h":
        return
    parts = path.parts[1:] if path.parts[0] in ("src", "include") else path.parts
    parts = [part for part in parts if part != "unit"]
    name = re.sub(r"\W", "_", "_".join(parts)).upper()
    guard = name if name.startswith("MIEV") else "MIEV_" + name
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        yield 1, f"the include guard is not {guard}"


def folder_arrows(path, text):
    if path.suffix not in C_SUFFIXES or path.parts[0] not in ("src", "include"):
        return
    here = path.parts[1] if path.parts[0] == "src" else "include"
    if path.parts[0] == "src" and here not in BELOW:
        yield 1, f"src/{here} has no place in tests/lint.py (BELOW)"
        return
    for number, line in numbered(text):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match or match.group(1) == "miev.h":
            continue
        folder = match.group(1).split("/")[0]
        if "/" not in match.group(1):
            yield number, f'"{match.group(1)}": name it from src/, as in "core/error.h"'
        elif folder != here and folder not in BELOW.get(here, set()):
            yield number, f"{here} may not include {folder}: arrows point down only"


def todo_with_issue(path, text):
    if path.name in SPEAK_TAP:
        return
    for number, line in numbered(text):
        if re.search(r"\b(TODO|FIXME|XXX)\b(?!\(#?\d+\))", line):
            yield number, "a TODO names its issue: TODO(12)"


def no_tabs(path, text):
    for number, line in numbered(text):
        if "\t" in line:
            yield number, "a tab: indent with spaces, write \\t in strings"
        if line != line.rstrip():
            yield number, "white space at the end of the line"


def block_comments(path, text):
    if path.suffix not in C_SUFFIXES:
        return
    for number, line in numbered(without_comments_and_strings(text)):
        if "//" in line:
            yield number, "a // remark: write /* */"


RULES = [banned_functions, licence_line, include_guard, folder_arrows, todo_with_issue, no_tabs,
         block_comments]


def lint(root):
    """{rule: ["path:line: what"]} of a tree."""
    found = {rule.__name__: [] for rule in RULES}
    for path in source_files(root):
        text = (root / path).read_text(encoding="utf-8")
        for rule in RULES:
            for number, what in rule(path, text):
                found[rule.__name__].append(f"{path}:{number}: {what}")
    return found


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent)
    found = lint(root)
    for number, (rule, faults) in enumerate(found.items(), 1):
        print(f"{'not ok' if faults else 'ok'} {number} - {rule}")
        for fault in faults:
            print(f"# {fault}")
    print(f"1..{len(found)}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
