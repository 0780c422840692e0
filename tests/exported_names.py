#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The shared library exports the names of exported-names.txt, no more and no fewer.

A name once exported is a promise to programs that are already built: taking one away, or letting an
inner one slip out, has to be seen in the change that does it.

usage: exported_names.py NM LIBRARY LIST
"""
import subprocess
import sys


def exported(nm, library):
    """Names that the dynamic symbol table defines, but for the compiler's own (_init, __asan_...)."""
    text = subprocess.run([nm, "-D", "--defined-only", library], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    names = {line.split()[-1] for line in text.splitlines() if line.strip()}
    return {name for name in names if not name.startswith("_")}


def main():
    nm, library, list_path = sys.argv[1:]
    with open(list_path, encoding="ascii") as file:
        lines = file.read().split()
    found, wanted = exported(nm, library), set(lines)
    problems = [f"exported, and not in {list_path}: {name}" for name in sorted(found - wanted)]
    problems += [f"in {list_path}, and not exported: {name}" for name in sorted(wanted - found)]
    if lines != sorted(wanted):
        problems.append(f"{list_path} is not sorted, or names one twice")
    print("\n".join(problems) or f"{len(found)} names, as listed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
