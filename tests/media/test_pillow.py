# SPDX-License-Identifier: Apache-2.0
"""Pictures as a model sees them, held against Pillow's antialiased bilinear: every photo of the
shared folder at two sizes, and one picture in every kind of file that Pillow writes."""

import io
import os
import pathlib
import subprocess
import tempfile
import unittest

RESIZE = os.environ["MIEV_RESIZE"]
PHOTOS = pathlib.Path(os.environ.get("MIEV_SHARED", "../shared")).resolve() / "models" / "photos"
MAX_MEAN = 1.0  # of 255
MAX_DIFFERENCE = 3

try:
    from PIL import Image, ImageCms, ImageOps
except ImportError:
    Image = None


def ours(path, size):
    """RGB bytes, or None where this build does not read the format."""
    done = subprocess.run([RESIZE, str(path), *map(str, size)], capture_output=True, timeout=120)
    words = done.stderr.decode()
    if "does not read" in words or "is not on this machine" in words:
        return None
    if done.returncode != 0:
        raise AssertionError(f"{path}: {words}")
    return done.stdout


def theirs(path, size):
    """Upright, in sRGB, over white."""
    image = Image.open(path)
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode in ("P", "PA", "LA") and "transparency" in image.info:
        image = image.convert("RGBA")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        image = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"), outputMode="RGBA" if image.mode == "RGBA" else "RGB")
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB").resize(size, Image.Resampling.BILINEAR).tobytes()


@unittest.skipUnless(Image, "Python has no Pillow here (package python3-pil)")
class Agreement(unittest.TestCase):
    def agree(self, path, size):
        got, want = ours(path, size), theirs(path, size)
        if got is None:
            print(f"# skipped {path.name}: this build does not read it")
            return
        self.assertEqual(len(got), len(want))
        differences = [abs(a - b) for a, b in zip(got, want)]
        mean = sum(differences) / len(differences)
        if os.environ.get("MIEV_TEST_VERBOSE"):
            print(f"# {path.name} {size[0]}: mean {mean:.4f} max {max(differences)}")
        self.assertLessEqual(mean, MAX_MEAN, path.name)
        self.assertLessEqual(max(differences), MAX_DIFFERENCE, path.name)

    def test_every_photo_at_two_sizes(self):
        photos = sorted(path for path in PHOTOS.glob("*") if path.suffix != ".txt")
        if not photos:
            self.skipTest(f"no photos at {PHOTOS}: set MIEV_SHARED")
        for path in photos:
            for side in (224, 32):
                with self.subTest(photo=path.name, side=side):
                    self.agree(path, (side, side))

    def test_every_kind_of_file_that_pillow_writes(self):
        image = Image.open("models/photos/cat-chelsea.png").convert("RGB")
        image.info.clear()  # its profile, which does not fit the kinds below
        kinds = {
            "still.gif": (image.quantize(128), {}),
            "loop.gif": (image.quantize(128), {"save_all": True,
                                               "append_images": [image.rotate(180).quantize(128)]}),
            "raw.tif": (image, {}),
            "lzw.tif": (image, {"compression": "tiff_lzw"}),
            "deflate.tif": (image, {"compression": "tiff_adobe_deflate"}),
            "packbits.tif": (image, {"compression": "packbits"}),
            "jpeg.tif": (image, {"compression": "jpeg"}),
            "fax.tif": (image.convert("1"), {"compression": "group4"}),
            "cmyk.tif": (image.convert("CMYK"), {"compression": "tiff_lzw"}),
            "plain.jpg": (image, {"quality": 90}),
            "progressive.jpg": (image, {"quality": 90, "progressive": True}),
            "grey.jpg": (image.convert("L"), {}),
            "cmyk.jpg": (image.convert("CMYK"), {}),
            "palette.png": (image.quantize(64), {}),
            "plain.webp": (image, {"quality": 90}),
            "named_wrongly.png": (image, {"format": "JPEG"}),
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, (picture, options) in kinds.items():
                path = pathlib.Path(folder, name)
                picture.save(path, **options)
                with self.subTest(name):
                    self.agree(path, (224, 150))


if __name__ == "__main__":
    unittest.main()
