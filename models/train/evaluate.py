# SPDX-License-Identifier: Apache-2.0
"""Test accuracy of the exported files: evaluate.py, once, when the whole family is final.

The program itself puts the 10,000 test images through each file (`miev eval`), and the cards say
so. MIEV names the program (default build/src/miev, from the root of the repository). What came out
stands in test.csv under the hash of the file; a file found there is not run again. Rows of that
list without a `by`, or of "TensorFlow Lite", are what the runtime of the training answered: where
both ran one file they are compared.
"""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import card
import data

MIEV = data.ROOT / os.environ.get("MIEV", "build/src/miev")
RESULTS = pathlib.Path(__file__).resolve().parent / "test.csv"
COLUMNS = ["model", "precision", "sha256", "images", "right", "by"]
TRAINING = "TensorFlow Lite 2.15"


def known_rows():
    if not RESULTS.exists():
        return []
    with open(RESULTS, newline="") as rows:
        return [{**row, "by": row.get("by") or TRAINING} for row in csv.DictReader(rows)]


def save_rows(rows):
    with open(RESULTS, "w", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def unpack_test():
    """The folder of the test images, a folder a class, as they stand in the archive."""
    folder = data.WORK / f"cifar10-test-{data.sha256(data.ARCHIVE)[:16]}"
    if folder.exists():
        return folder
    fresh = folder.with_suffix(".part")
    shutil.rmtree(fresh, ignore_errors=True)
    with tarfile.open(data.ARCHIVE) as tar:
        for member in tar:
            parts = member.name.strip("./").split("/")
            if member.isfile() and len(parts) == 3 and parts[0] == "test":
                path = fresh / parts[1] / parts[2]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tar.extractfile(member).read())
    fresh.rename(folder)
    return folder


def accuracy(row):
    """A row of the list as a card tells it."""
    told = card.accuracy(row["precision"], "test", int(row["right"]), int(row["images"]), "")
    return {**told, "source": "miev eval, Wilson 95 %"}


def evaluate(files):
    """What `miev eval` counts for these "name:precision", as rows."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "eval.json")
        subprocess.run([MIEV, "eval", *files, "--dataset", unpack_test(), "--strict", "--quiet",
                        "--state", folder, "--json", report],
                       check=True, env={**os.environ, "MIEV_HOME": str(data.ROOT)})
        models = json.loads(report.read_text())["models"]
    return [{"model": model["name"].split(":")[0], "precision": model["precision"],
             "sha256": model["sha256"], "images": model["images"],
             "right": model["top1"]["right"],
             "by": f"miev eval, {model['engine']['runtime']} {model['engine']['version']}"}
            for model in models]


def compare(row, rows):
    """Does the runtime of the training count the same?"""
    for other in rows:
        if other["sha256"] == row["sha256"] and other["by"] == TRAINING:
            difference = int(row["right"]) - int(other["right"])
            if difference:
                print(f"{row['model']} {row['precision']}: {difference:+d} right answers against "
                      f"{TRAINING}", flush=True)


def main():
    rows = known_rows()
    done = {row["sha256"]: row for row in rows if row["by"] != TRAINING}
    names = sorted(path.stem for path in card.MODELS.glob("cifar10-*.json"))
    files = {(name, p): data.sha256(card.file_of(name, p))
             for name in names for p in card.PRECISIONS}
    missing = [f"{name}:{p}" for (name, p), digest in files.items() if digest not in done]
    if missing:
        fresh = evaluate(missing)
        rows += fresh
        done.update({row["sha256"]: row for row in fresh})
        save_rows(rows)
    for name in names:
        model = card.load(name)
        found = [done[files[name, p]] for p in card.PRECISIONS]
        model["accuracy"] = [accuracy(row) for row in found]
        card.save(model)
        for row, told in zip(found, model["accuracy"]):
            compare(row, rows)
            print(f"{name} {row['precision']}: test {told['top1']:.4f} "
                  f"({told['top1_low']:.4f} to {told['top1_high']:.4f})", flush=True)
    card.write_sums()


if __name__ == "__main__":
    main()
