# SPDX-License-Identifier: Apache-2.0
"""What every file answers to the sample photos: photos/answers.csv, right or wrong.

A photo is squeezed to 32x32 whole, with Pillow's antialiased bilinear filter, as at run time.
"""
import csv

import numpy as np
from PIL import Image

import card
import data
import lite
import nets

PHOTOS = card.MODELS / "photos"


def read_photo(path):
    image = Image.open(path).convert("RGB").resize((32, 32), Image.BILINEAR)
    return data.normalise(np.asarray(image))


def main():
    paths = sorted([*PHOTOS.glob("*.jpg"), *PHOTOS.glob("*.png")])
    x = np.stack([read_photo(path) for path in paths])
    with open(PHOTOS / "answers.csv", "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["photo", "class", "model", "precision", "answer", "probability", "right"])
        for name in nets.FAMILY:
            for precision in card.PRECISIONS:
                for path, row in zip(paths, lite.predict(card.file_of(name, precision), x)):
                    truth, answer = path.stem.split("-")[0], data.LABELS[row.argmax()]
                    writer.writerow([path.name, truth, name, precision, answer,
                                     f"{row.max():.3f}", "yes" if answer == truth else "no"])


if __name__ == "__main__":
    main()
