# SPDX-License-Identifier: Apache-2.0
"""Model cards (miev.card/1) and SHA256SUMS: written here, never by hand."""
import json
import math
import pathlib

import data

MODELS = pathlib.Path(__file__).resolve().parents[1]
PRECISIONS = ["float32", "int8"]
Z95 = 1.959964


def file_of(name, precision):
    return MODELS / f"{name}.{precision}.tflite"


def wilson(right, total):
    """The 95 % Wilson interval of a share."""
    share = right / total
    centre = share + Z95 ** 2 / (2 * total)
    half = Z95 * math.sqrt(share * (1 - share) / total + Z95 ** 2 / (4 * total ** 2))
    scale = 1 + Z95 ** 2 / total
    return (centre - half) / scale, (centre + half) / scale


def accuracy(precision, split, right, total, script):
    low, high = wilson(right, total)
    return {"precision": precision, "dataset": "CIFAR-10", "split": split, "images": total,
            "top1": round(right / total, 4), "top1_low": round(low, 4),
            "top1_high": round(high, 4), "source": f"models/train/{script}, Wilson 95 %"}


def describe(name, summary, parameters, macs, rows):
    """The card of a model whose two files lie in models/."""
    files = [{"precision": p, "path": file_of(name, p).name,
              "bytes": file_of(name, p).stat().st_size, "sha256": data.sha256(file_of(name, p))}
             for p in PRECISIONS]
    return {
        "schema": "miev.card/1", "name": name, "task": "image-classification",
        "summary": summary, "publisher": "MIEV project", "source": "models/train",
        "licence": "Apache-2.0", "labels": data.LABELS,
        "input": {"width": 32, "height": 32, "layout": "NHWC", "color": "RGB",
                  "mean": data.MEAN, "std": data.STD, "resize": "stretch"},
        "output": {"kind": "probabilities"}, "parameters": parameters, "macs": macs,
        "files": files, "accuracy": rows,
    }


def load(name):
    return json.loads((MODELS / f"{name}.json").read_text())


def save(card):
    path = MODELS / f"{card['name']}.json"
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")


def write_sums():
    """SHA256SUMS of every bundled file, for sha256sum -c."""
    paths = sorted([*MODELS.glob("*.tflite"), *MODELS.glob("*.json"),
                    *MODELS.glob("photos/*.jpg"), *MODELS.glob("photos/*.png")])
    lines = [f"{data.sha256(p)}  {p.relative_to(MODELS)}" for p in paths]
    (MODELS / "SHA256SUMS").write_text("\n".join(lines) + "\n")
