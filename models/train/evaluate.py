# SPDX-License-Identifier: Apache-2.0
"""Test accuracy of the exported files: evaluate.py, once, when the whole family is final.

Every file is run over the 10,000 test images exactly once. What came out stands in
test.csv under the hash of the file; a file found there is not run again. The rows of
the cards are rebuilt from that list.
"""
import csv
import pathlib

import numpy as np

import card
import data
import lite
import nets

RESULTS = pathlib.Path(__file__).resolve().parent / "test.csv"
COLUMNS = ["model", "precision", "sha256", "images", "right"]


def known_results():
    if not RESULTS.exists():
        return {}
    with open(RESULTS, newline="") as rows:
        return {row["sha256"]: row for row in csv.DictReader(rows)}


def run_once(name, precision, done, images):
    """The result of one file, from the list or by running it."""
    path = card.file_of(name, precision)
    digest = data.sha256(path)
    if digest not in done:
        x, y = images
        right = int(np.sum(lite.predict(path, x).argmax(1) == y))
        row = {"model": name, "precision": precision, "sha256": digest,
               "images": len(y), "right": right}
        fresh = not RESULTS.exists()
        with open(RESULTS, "a", newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow(row)
        done[digest] = row
    row = done[digest]
    return card.accuracy(precision, "test", int(row["right"]), int(row["images"]), "evaluate.py")


def main():
    done = known_results()
    x, y = data.load_test()
    images = data.normalise(x), y
    for name in nets.FAMILY:
        model = card.load(name)
        model["accuracy"] = [run_once(name, p, done, images) for p in card.PRECISIONS]
        card.save(model)
        for row in model["accuracy"]:
            print(f"{name} {row['precision']}: test {row['top1']:.4f} "
                  f"({row['top1_low']:.4f} to {row['top1_high']:.4f})", flush=True)
    card.write_sums()


if __name__ == "__main__":
    main()
