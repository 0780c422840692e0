# SPDX-License-Identifier: Apache-2.0
"""Make models/photos from the files named in photos/LICENSES.md.

    photos.py FOLDER    FOLDER holds the originals under their names of SOURCES

Pictures are put on white where they are transparent, shrunk to 1024 pixels on the
long side, and written as JPEG, quality 90. chelsea.png stays byte for byte.
"""
import pathlib
import shutil
import sys

from PIL import Image

PHOTOS = pathlib.Path(__file__).resolve().parents[1] / "photos"
LONG_SIDE = 1024
SOURCES = {
    "cat-chelsea.png": "chelsea.png", "cat-kitten.jpg": "cat.webp", "dog.jpg": "dog.webp",
    "horse.jpg": "horse.webp", "bird-duck.jpg": "duck.webp", "bird-owl.jpg": "owl.webp",
    "deer-moose.jpg": "moose.webp", "truck-fire.jpg": "firetruck.png",
}


def on_white(image):
    image = image.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("RGB")


def main():
    originals = pathlib.Path(sys.argv[1])
    for name, source in SOURCES.items():
        if name.endswith(".png"):
            shutil.copyfile(originals / source, PHOTOS / name)
            continue
        image = on_white(Image.open(originals / source))
        image.thumbnail((LONG_SIDE, LONG_SIDE), Image.LANCZOS)
        image.save(PHOTOS / name, quality=90, optimize=True)


if __name__ == "__main__":
    main()
