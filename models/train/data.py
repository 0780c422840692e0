# SPDX-License-Identifier: Apache-2.0
"""CIFAR-10 from its JPEG archive: split, augmentation and normalisation.

The archive is named by MIEV_SHARED (default ../shared, relative to the root of
the repository). It is decoded once into an .npz below MIEV_WORK.
"""
import hashlib
import io
import os
import pathlib
import tarfile

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT / os.environ.get("MIEV_SHARED", "../shared")
WORK = ROOT / os.environ.get("MIEV_WORK", "build-train")
ARCHIVE = SHARED / "datasets" / "cifar10-jpeg.tar.gz"

LABELS = ["airplane", "automobile", "bird", "cat", "deer",
          "dog", "frog", "horse", "ship", "truck"]

# Mean and deviation of the training images, 0..255, rounded to one decimal.
# Every model shares them, and its card states them.
MEAN = [125.4, 123.1, 114.0]
STD = [62.5, 61.9, 66.5]

SPLIT_SEED = 20240601
VAL_PER_CLASS = 500


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def decode_archive():
    """Read every JPEG, sorted by name, so that the order never depends on the archive."""
    found = {"train": [], "test": []}
    with tarfile.open(ARCHIVE) as tar:
        for member in tar:
            parts = member.name.strip("./").split("/")
            if not member.isfile() or len(parts) != 3:
                continue
            split, label, name = parts
            raw = tar.extractfile(member).read()
            pixels = np.asarray(Image.open(io.BytesIO(raw)).convert("RGB"))
            found[split].append((label, name, pixels))
    out = {}
    for split, rows in found.items():
        rows.sort(key=lambda row: row[:2])
        out["x_" + split] = np.stack([pixels for _, _, pixels in rows])
        out["y_" + split] = np.array([LABELS.index(label) for label, _, _ in rows], np.int64)
    return out


def load_arrays():
    """The decoded archive; the cache is named after the archive's hash."""
    WORK.mkdir(parents=True, exist_ok=True)
    cache = WORK / f"cifar10-{sha256(ARCHIVE)[:16]}.npz"
    if not cache.exists():
        np.savez(cache, **decode_archive())
    with np.load(cache) as arrays:
        return {key: arrays[key] for key in arrays.files}


def load_split():
    """(training images, labels), (validation images, labels); the test split is evaluate.py's."""
    arrays = load_arrays()
    x, y = arrays["x_train"], arrays["y_train"]
    rng = np.random.default_rng(SPLIT_SEED)
    held = np.zeros(len(y), bool)
    for label in range(len(LABELS)):
        members = np.flatnonzero(y == label)
        held[rng.choice(members, VAL_PER_CLASS, replace=False)] = True
    return (x[~held], y[~held]), (x[held], y[held])


def normalise(x):
    return (x.astype(np.float32) - np.float32(MEAN)) / np.float32(STD)


def hole_mask(rng, n, side, hole):
    """True within one square of each of n images."""
    centre = rng.integers(0, side, (2, n, 1))
    inside = np.abs(np.arange(side) - centre + 0.5) <= hole / 2
    return inside[0][:, :, None] & inside[1][:, None, :]


class Batches:
    """Shuffled, cropped and mirrored batches; the same seed and epoch give the same batches.

    The first `short` epochs see crops of 24x24 instead of 32x32, at little more than half the
    work: the nets end in a global average, so they take either. With `hole`, a square of so many
    pixels is blanked in every image, at a place of its own and perhaps half outside: no single part
    of a thing may be all that a net looks for.
    """

    def __init__(self, x, y, batch, seed, short=0, hole=0, pad=4):
        self.x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="reflect")
        self.y, self.batch, self.seed, self.short, self.hole = y, batch, seed, short, hole

    def __len__(self):
        return len(self.y) // self.batch

    def epoch(self, number):
        rng = np.random.default_rng([self.seed, number])
        order = rng.permutation(len(self.y))
        # Every image is seen mirrored in every other epoch: less repetition than a coin per image.
        mirrored = np.random.default_rng(self.seed).random(len(self.y)) < 0.5
        if number % 2:
            mirrored = ~mirrored
        span = np.arange(24 if number < self.short else 32)
        places = self.x.shape[1] - len(span) + 1
        for start in range(0, len(self) * self.batch, self.batch):
            pick = order[start:start + self.batch]
            row = rng.integers(0, places, self.batch)[:, None] + span
            col = rng.integers(0, places, self.batch)[:, None] + span
            flip = mirrored[pick]
            col[flip] = col[flip, ::-1]
            images = self.x[pick[:, None, None], row[:, :, None], col[:, None, :]]
            if self.hole:
                images[hole_mask(rng, len(images), len(span), self.hole)] = np.uint8(np.round(MEAN))
            yield images, self.y[pick]
