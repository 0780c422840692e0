# SPDX-License-Identifier: Apache-2.0
"""Median time of one inference on one thread, for every file: logs/latency.csv

The files take turns in blocks, so that a slow minute of the machine does not fall on one of
them alone. The figures show the spread of the family; they belong to the machine they are from.
"""
import csv
import time

import numpy as np

import card
import lite
import nets
import train

ROUNDS, BLOCK, WARMUP = 30, 50, 50


def block(interpreter, repeats):
    """Nanoseconds of each of `repeats` inferences."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        interpreter.invoke()
        times.append(time.perf_counter_ns() - start)
    return times


def main():
    files = [(name, p) for name in nets.FAMILY for p in card.PRECISIONS
             if card.file_of(name, p).exists()]
    open_files = {key: lite.open_model(card.file_of(*key)) for key in files}
    times = {key: [] for key in files}
    for interpreter in open_files.values():
        block(interpreter, WARMUP)
    for _ in range(ROUNDS):
        for key, interpreter in open_files.items():
            times[key] += block(interpreter, BLOCK)
    with open(train.LOGS / "latency.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["model", "precision", "p50_us", "p90_us", "inferences"])
        for (name, precision), values in times.items():
            p50, p90 = np.percentile(values, [50, 90]) / 1000
            writer.writerow([name, precision, f"{p50:.1f}", f"{p90:.1f}", len(values)])
            print(f"{name} {precision}: p50 {p50:.1f} us, p90 {p90:.1f} us")


if __name__ == "__main__":
    main()
