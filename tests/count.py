# SPDX-License-Identifier: Apache-2.0
"""Count the single tests in logs of `meson test` (testlog.json) and in a tally of other checks.

    python3 tests/count.py FILE...

Prints what was skipped and why, what failed with the lines beside it, then `N passed, N failed, N
skipped` alone on a line, and exits with 1 when one failed or none ran. A FILE that ends in .json is
a log; of any other, each line is a check: "passed NAME", "failed NAME" or "skipped NAME".
"""

import json
import re
import sys

TEST = re.compile(r"(not )?ok\b *\d* *-? *([^#]*)(?:# *(SKIP|TODO)\S* *(.*))?$", re.IGNORECASE)
PLAN = re.compile(r"1\.\.(\d+)(?: *# *SKIP\S* *(.*))?", re.IGNORECASE)
GOOD = {"OK", "EXPECTEDFAIL"}


def said_beside(lines, at):
    """What a program printed about the test of lines[at]: cmocka before it, unittest and node behind."""
    first, end = at, at + 1
    while first > 0 and not TEST.match(lines[first - 1]):
        first -= 1
    while end < len(lines) and not TEST.match(lines[end]):
        end += 1
    said = lines[first:at][-8:] + lines[at + 1:end][:40]
    return "".join(f"\n    {line[:300]}" for line in said)


def count_tap(text):
    """(passed, failed names, skipped names, seen, planned) of a program's output."""
    passed = seen = planned = 0
    failed, skipped = [], []
    reason = ""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if line.startswith("skipped: "):  # cmocka's skip() takes no reason: the test prints it
            reason = line.partition(" ")[2]
        plan = PLAN.match(line)
        test = TEST.match(line)
        if plan:
            planned += int(plan.group(1))
            if plan.group(2):  # of a whole program
                skipped.append(plan.group(2))
        elif test:
            seen += 1
            directive = (test.group(3) or "").upper()
            if directive == "SKIP":  # cmocka 1.1.5 writes "not ok 1 # SKIP name"
                words = (test.group(2) + (test.group(4) or "")).strip()
                skipped.append(f"{words} ({reason})" if reason else words)
            elif bool(test.group(1)) != (directive == "TODO"):
                failed.append(test.group(2).strip() + said_beside(lines, at))
            else:
                passed += 1
            reason = ""
    return passed, failed, skipped, seen, planned


def count_record(record):
    """(passed, failed names, skipped names) of one test program."""
    name, result = record["name"], record["result"]
    passed, failed, skipped, seen, planned = count_tap(record.get("stdout") or "")
    failed = [f"{name}: {what}" for what in failed]
    skipped = [f"{name}: {what}" for what in skipped]
    if seen == 0:
        if result == "SKIP":
            return 0, [], skipped or [name]
        return (1, [], []) if result in GOOD else (0, [f"{name}: {result}"], [])
    failed += [f"{name}: a test that never ran ({result})"] * (planned - seen)
    if result not in GOOD | {"SKIP"} and not failed:
        failed = [f"{name}: {result}"]
    return passed, failed, skipped


def records(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                continue
            if path.endswith(".json"):
                yield count_record(json.loads(line))
            else:
                word, name = line.strip().split(" ", 1)
                yield int(word == "passed"), [name] * (word == "failed"), [name] * (word == "skipped")


def main(paths):
    passed = 0
    failed, skipped = [], []
    for path in paths:
        for more_passed, more_failed, more_skipped in records(path):
            passed += more_passed
            failed += more_failed
            skipped += more_skipped
    for what in skipped:
        print(f"skipped: {what}")
    for what in failed:  # last, where a log that was cut still has it
        print(f"failed: {what}")
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 0 if not failed and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
