# SPDX-License-Identifier: Apache-2.0
"""What fit-estimate and validate-estimate share: the program's own answers about published servers,
and the figures that judge them."""

import csv
import io
import math
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CAP = {"full": 2.5, "idle": 3.5}  # of the interval's high over low
LARGEST_ERROR = {"full": 0.20, "idle": 0.27}  # of the median
LARGEST_ERROR_OF_STRANGERS = {"full": 0.20, "idle": 0.35}  # designs that the fit never saw
COVERAGE = 0.90
NUMBERS = {"rating_w", "sockets", "cores", "threads", "memory_gib", "idle_w", "full_w"}


def rows_program():
    """$MIEV_ESTIMATE_ROWS, or built on demand."""
    given = os.environ.get("MIEV_ESTIMATE_ROWS")
    if given:
        return given
    folder = ROOT / "build-estimate"
    if not (folder / "build.ninja").exists():
        subprocess.run(["meson", "setup", folder, "-Dtests=disabled"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder, "src/estimate_rows"], check=True,
                   stdout=subprocess.DEVNULL)
    return folder / "src" / "estimate_rows"


def ask(program, results, fit=None):
    """The estimate of each server in the file, by the C code of the sensor."""
    command = [program, results] + ([fit] if fit else [])
    answer = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if answer.returncode != 0:
        sys.exit(1)
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    for row in rows:
        for key, value in row.items():
            if key in NUMBERS or (value and key.endswith("_w")):
                row[key] = float(value)
    if not rows:
        sys.exit(f"{results} holds no results")
    return rows


def median(values):
    return quantile(values, 0.5)


def quantile(values, q):
    values = sorted(values)
    place = q * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def judge(rows, watts):
    """Coverage, median error and width of one of the two estimates."""
    inside = [row[f"{watts}_low_w"] <= row[f"{watts}_w"] <= row[f"{watts}_high_w"] for row in rows]
    errors = [abs(row[f"{watts}_estimate_w"] / row[f"{watts}_w"] - 1) for row in rows]
    logs = [math.log(row[f"{watts}_estimate_w"] / row[f"{watts}_w"]) for row in rows]
    widths = [row[f"{watts}_high_w"] / row[f"{watts}_low_w"] for row in rows]
    return {"n": len(rows), "coverage": sum(inside) / len(rows), "error": median(errors),
            "bias": math.exp(median(logs)) - 1, "width": median(widths), "widest": max(widths)}


def show(rows, title, largest_error):
    """Print the table; True when every target is met."""
    met = True
    print(title)
    print(f"{'load':5} {'what is known':18} {'results':>7} {'covered':>8} {'median error':>13} "
          f"{'bias':>7} {'high/low':>9} {'widest':>7}")
    kinds = sorted({row["known"] for row in rows})
    for watts in ("full", "idle"):
        for kind in ["all"] + (kinds if len(kinds) > 1 else []):
            part = [row for row in rows if kind in ("all", row["known"])]
            found = judge(part, watts)
            print(f"{watts:5} {kind:18} {found['n']:7d} {found['coverage']:8.1%} "
                  f"{found['error']:13.1%} {found['bias']:+7.1%} {found['width']:9.2f} "
                  f"{found['widest']:7.2f}")
            if kind == "all":
                met &= found["coverage"] >= COVERAGE and found["error"] <= largest_error[watts]
        met &= judge(rows, watts)["widest"] <= CAP[watts] + 1e-6
    print("targets: covered 90 %, median error 20 % (full) and 27 % (idle), high/low "
          f"2.5 and 3.5: {'met' if met else 'NOT met'}")
    return met
