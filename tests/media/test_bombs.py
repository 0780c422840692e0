# SPDX-License-Identifier: Apache-2.0
"""Small files that ask for much: each is refused by its header, or decoded within a stated memory."""

import io
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest
import zlib

try:
    from PIL import Image
except ImportError:
    Image = None

RESIZE = os.environ["MIEV_RESIZE"]
FIXTURES = pathlib.Path("tests/fixtures/images")
FEW_MIB = 24  # what any refusal may take


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gigabyte_of_zeros(first=b""):
    """A zlib stream that begins with `first` and unpacks to a gigabyte; its end is never reached."""
    packer = zlib.compressobj(9)
    start = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * 1024 + packer.flush()


def png_with(chunk, data):
    plain = (FIXTURES / "rgb.png").read_bytes()
    return plain[:33] + png_chunk(chunk, data) + plain[33:]


def tiff(entries, tail=b"", following=0):
    """One directory; entries are (tag, type, count, value)."""
    out = b"II*\0" + struct.pack("<IH", 8, len(entries))
    for entry in entries:
        out += struct.pack("<HHII", *entry)
    return out + struct.pack("<I", following) + tail


def tiff_entries(width, height, offset, length, rows):
    return [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
            (273, 4, 1, offset), (277, 3, 1, 1), (278, 4, 1, rows), (279, 4, 1, length)]


class Bombs(unittest.TestCase):
    def decode(self, data, peak_mib):
        """The refusal, or "" for a picture that was decoded; its memory is held against the bound."""
        with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
            file.write(data)
            file.flush()
            done = subprocess.run([RESIZE, file.name, "8", "8"], capture_output=True, timeout=200)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        peak, words = done.stderr.decode().split("\n")[:2]
        self.assertLess(int(peak.split()[0]), peak_mib << 10, words)
        return words

    def refused(self, data, says, peak_mib=FEW_MIB):
        words = self.decode(data, peak_mib)
        if "does not read" in words or "is not on this machine" in words:
            self.skipTest(words)
        self.assertRegex(words, says)

    def test_webp_of_34_bytes_claims_16383_squared(self):
        bomb = (b"RIFF" + struct.pack("<I", 26) + b"WEBPVP8L" +
                struct.pack("<IBI", 13, 0x2f, 16382 | 16382 << 14) + bytes(9))
        self.assertEqual(len(bomb), 34)
        self.refused(bomb, "16383 x 16383 pixels, more than the 64 megapixels")

    def test_png_text_of_a_gigabyte_is_never_unpacked(self):
        self.assertEqual(self.decode(png_with(b"zTXt", b"k\0\0" + gigabyte_of_zeros()), FEW_MIB), "")

    def test_png_profile_of_a_gigabyte_is_never_unpacked(self):
        head = struct.pack(">I", 1 << 30) + bytes(8) + b"mntrRGB XYZ ".ljust(24, b"\0") + b"acsp"
        bomb = png_with(b"iCCP", b"k\0\0" + gigabyte_of_zeros(head.ljust(132, b"\0")))
        self.assertEqual(self.decode(bomb, FEW_MIB), "")

    @unittest.skipUnless(Image, "Python has no Pillow here (package python3-pil)")
    def test_jpeg_of_64_scans_and_64_megapixels_holds_its_coefficients_once(self):
        out = io.BytesIO()
        Image.new("L", (8000, 8000), 90).save(out, "JPEG", progressive=True)
        plain = out.getvalue()
        begin = plain.index(b"\xff\xda")
        end = begin + 2
        while plain[end] != 0xff or plain[end + 1] == 0:
            end += 1
        scans = plain.count(b"\xff\xda")
        bomb = plain[:begin] + plain[begin:end] * (64 - scans) + plain[begin:]
        self.assertEqual(bomb.count(b"\xff\xda"), 64)
        self.assertEqual(self.decode(bomb, 200), "")
        self.refused(plain[:begin] + plain[begin:end] * 101 + plain[begin:],
                     "more than the 100 scans allowed", 200)

    def test_gif_with_a_huge_screen(self):
        self.refused(b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";",
                     "65535 x 65535 pixels, more than the 64 megapixels")

    def test_gif_with_a_huge_frame_and_no_data(self):
        head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
        frame = struct.pack("<BHHHHB", 0x2c, 0, 0, 65535, 65535, 0) + b"\x02\0;"
        self.refused(head + frame, "65535 x 65535 pixels")
        frame = struct.pack("<BHHHHB", 0x2c, 0, 0, 8000, 8000, 0) + b"\x02\0;"
        self.refused(head + frame, "damaged|cut off", 100)

    def test_tiff_that_claims_too_much(self):
        self.refused(tiff(tiff_entries(60000, 60000, 8, 1, 60000)), "60000 x 60000 pixels")
        self.refused(tiff(tiff_entries(8000, 8000, 8, 0xfffffff0, 8000)), "damaged|cut off", 400)
        self.refused(tiff(tiff_entries(8000, 8000, 8, 64000000, 8000)), "damaged|cut off", 400)

    def test_tiff_of_endless_directories(self):
        self.refused(b"II*\0" + struct.pack("<IH", 8, 65535) + bytes(12 * 100), "damaged|cut off")
        entries = tiff_entries(2, 2, 122, 4, 2)
        loop = tiff(entries, b"\0\xff\xff\0", following=8)
        words = self.decode(loop, FEW_MIB)
        self.assertRegex(words, "^$|does not read")

    def test_heic_whose_header_claims_too_much(self):
        plain = (FIXTURES / "picture.heic").read_bytes()
        at = plain.index(b"ispe") + 8
        bomb = plain[:at] + struct.pack(">II", 60000, 60000) + plain[at + 8:]
        self.refused(bomb, "60000 x 60000 pixels|passes a bound", 64)


if __name__ == "__main__":
    unittest.main()
