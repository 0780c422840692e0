# SPDX-License-Identifier: Apache-2.0
"""Models without a card: what their own metadata tells, what is guessed, what a user says.

The models answer with the numbers that they were fed, so that each answer shows how the picture was
normalised; labels show by whose word the classes are called.
"""

import io
import pathlib
import tarfile
import tempfile
import unittest
import zipfile

import studies
from support import miev
from tiny_tflite import describe, flatten_model, pack

WIDTH, HEIGHT = 2, 2
OUTPUTS = WIDTH * HEIGHT * 3
# The largest number is that of the last pixel's blue.
PICTURE = [[(10, 200, 31), (96, 52, 143)], [(4, 172, 25), (61, 119, 255)]]
OWN = [f"own {i}" for i in range(OUTPUTS)]


def setUpModule():
    studies.need_runtime()


def lines(labels):
    return "".join(label + "\n" for label in labels).encode()


class CardsTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.picture = self.folder / "picture.bmp"
        studies.write_bmp(self.picture, PICTURE)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def model(self, metadata=None, behind=b"", dtype="float32", shape=(1, HEIGHT, WIDTH, 3),
              quantisation=None):
        return self.write("net.tflite", flatten_model(dtype, list(shape), quantisation, metadata)
                          + behind)

    def ask(self, *words):
        status, model = studies.predict(words[0], self.picture, *words[1:])
        self.assertEqual((status, model.get("error")), (0, None))
        return model

    def refused(self, words, *says):
        done = miev("run", *words, "--input", self.picture, "--budget", "0")
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)

    def assert_normalised(self, model, mean, std, origin):
        how = model["preprocessing"]
        self.assertEqual((how["mean"], how["std"], how["from"]["normalisation"]), (mean, std, origin))


class Metadata(CardsTest):
    def test_labels_and_normalisation_of_the_file_are_used(self):
        for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            path = self.model(describe([1, 2, 3], [4, 5, 6], [("names.txt", None)]),
                              pack({"names.txt": lines(OWN)}, compression))
            model = self.ask(path)
            self.assert_normalised(model, [1, 2, 3], [4, 5, 6], "metadata")
            self.assertEqual(model["knows"]["from"], "metadata")
            # (200 - 2) / 5 is less than (255 - 3) / 6 and more than (172 - 2) / 5.
            self.assertEqual([p["label"] for p in model["predictions"][:3]],
                             ["own 11", "own 1", "own 7"])
            self.assertFalse([g for g in model["guesses"] if g.startswith(("input", "labels"))])

    def test_one_number_stands_for_all_channels(self):
        self.assert_normalised(self.ask(self.model(describe([7], [9]))), [7] * 3, [9] * 3, "metadata")

    def test_the_language_nearest_to_none_is_taken(self):
        files = {"de.txt": lines(["deutsch"] * OUTPUTS), "en.txt": lines(["english"] * OUTPUTS),
                 "any.txt": lines(["any"] * OUTPUTS)}
        named = [("de.txt", "de"), ("en.txt", "en-US"), ("any.txt", None)]
        for n, label in ((1, "deutsch"), (2, "english"), (3, "any")):
            model = self.ask(self.model(describe(labels=named[:n]), pack(files)))
            self.assertEqual(model["predictions"][0]["label"], label)

    def test_labels_that_do_not_fit_are_left_out_and_never_shifted(self):
        for labels in (OWN[1:], OWN + ["more"]):
            path = self.model(describe(labels=[("names.txt", None)]), pack({"names.txt": lines(labels)}))
            model = self.ask(path)
            self.assertEqual(model["predictions"][0]["label"], "class 11")
            self.assertIsNone(model["knows"]["from"])
            self.assertIn(f"labels: none, since the file's own 'names.txt' has {len(labels)} for 12 "
                          "outputs", model["guesses"])

    def test_damaged_metadata_costs_the_metadata_only(self):
        block = describe([1, 2, 3], [4, 5, 6], [("names.txt", None)])
        good = pack({"names.txt": lines(OWN)})
        bad_zip = good.replace(b"own 3", b"own 4")
        cases = {"no zip": (block, b""), "other file": (block, pack({"other.txt": b"x"})),
                 "check sum": (block, bad_zip), "not UTF-8": (block, pack({"names.txt": b"\xff\na\n"})),
                 "bomb": (block, pack({"names.txt": bytes(1 << 24)}, zipfile.ZIP_DEFLATED)),
                 "cut": (block[:40], good), "std 0": (describe([1], [0]), b""),
                 "mean only": (describe([1]), b""), "two": (describe([1, 2], [1, 2]), b"")}
        for name, (metadata, behind) in cases.items():
            with self.subTest(name):
                model = self.ask(self.model(metadata, behind))
                self.assertEqual(model["predictions"][0]["label"], "class 11")
                self.assertRegex(" ".join(model["guesses"]), r"metadata: part of|labels: not those")

    def test_a_file_without_any_is_guessed_and_each_guess_is_said(self):
        model = self.ask(self.model())
        self.assert_normalised(model, [127.5] * 3, [127.5] * 3, "guess")
        self.assertEqual([g.split(":")[0] for g in model["guesses"]],
                         ["input", "resize", "labels", "output"])


class Imagenet(CardsTest):
    """1000 or 1001 outputs are taken for ImageNet's; any other number for nothing."""

    def best(self, n):
        # n outputs out of n grey pixels; the last is white.
        path = self.model(shape=(1, 1, n, 1))
        studies.write_bmp(self.picture, [[(0, 0, 0)] * (n - 1) + [(255, 255, 255)]])
        return self.ask(path)

    def test_a_thousand_outputs(self):
        for n, words in ((1000, "ImageNet's"), (1001, "background and ImageNet's")):
            model = self.best(n)
            self.assertEqual(model["predictions"][0]["label"], "toilet tissue")
            self.assertEqual((model["knows"]["classes"], model["knows"]["from"]), (n, "guess"))
            self.assertIn(f"labels: {words}, by the {n} outputs", model["guesses"])
        self.assertEqual(model["knows"]["first"][:2], ["background", "tench"])

    def test_other_numbers(self):
        for n in (10, 999, 1002):
            model = self.best(n)
            self.assertEqual(model["predictions"][0]["label"], f"class {n - 1}")
            self.assertIn(f"labels: none, the {n} outputs by number", model["guesses"])


class Options(CardsTest):
    def test_an_option_goes_before_card_metadata_and_guess(self):
        metadata = describe([1, 2, 3], [4, 5, 6], [("names.txt", None)])
        path = self.model(metadata, pack({"names.txt": lines(OWN)}))
        card = studies.write_card(self.folder, path, [f"card {i}" for i in range(OUTPUTS)], HEIGHT,
                                  WIDTH, mean=[7, 8, 9], std=[1, 2, 3])
        names = self.write("said.txt", b"\xef\xbb\xbf" + b"".join(b"said %d\r\n" % i
                                                                  for i in range(OUTPUTS)))
        model = self.ask(card)
        self.assert_normalised(model, [7, 8, 9], [1, 2, 3], "card")
        self.assertEqual((model["knows"]["from"], model["guesses"]), ("card", []))
        for named in (path, card):
            model = self.ask(named, "--labels", names, "--normalise=unit", "--crop=50%")
            self.assert_normalised(model, [0] * 3, [255] * 3, "option")
            self.assertRegex(model["predictions"][0]["label"], r"^said \d+$")
            self.assertEqual(model["knows"]["from"], "option")
            how = model["preprocessing"]
            self.assertEqual((how["resize"], how["crop_ratio"], how["from"]["resize"]),
                             ("crop", 0.5, "option"))

    def test_caffe_puts_blue_first(self):
        model = self.ask(self.model(), "--normalise", "caffe")
        self.assertEqual(model["preprocessing"]["color"], "BGR")
        self.assertEqual(model["predictions"][0]["index"], 9)  # the last pixel's blue, now its first

    def test_raw_is_the_pixel_in_every_type(self):
        for dtype, quantisation in (("float32", None), ("uint8", (1 / 255, 0)),
                                    ("int8", (1 / 255, -128)), ("int8", (1, -128))):
            model = self.ask(self.model(dtype=dtype, quantisation=quantisation), "--normalise=raw")
            self.assertEqual(model["preprocessing"]["from"]["normalisation"], "option")
            self.assertEqual(model["predictions"][0]["index"], 11)
            if dtype == "float32" or quantisation[0] == 1:
                self.assertGreater(model["predictions"][0]["score"], 0.999)  # 255 against 200

    def test_labels_that_do_not_fit_are_refused_with_both_numbers(self):
        path = self.model()
        for labels, says in ((OWN[1:], "11 labels, the model 12 outputs.*first output is the background"),
                             (["background"] + OWN, "13 labels, the model 12.*take that line away"),
                             (OWN[3:], "9 labels, the model 12 outputs")):
            names = self.write("names.txt", lines(labels))
            status, model = studies.predict(path, self.picture, "--labels", names)
            self.assertEqual((status, model["error"]["code"]), (1, "invalid"))
            self.assertRegex(model["error"]["message"], says)

    def test_words_that_mean_nothing_are_refused_before_anything_runs(self):
        path = self.model()
        self.refused([path, "--normalise=torch"], "'torch'", "imagenet", "MEAN/STD")
        self.refused([path, "--crop=2"], "'2'", "letterbox")
        self.refused([path, "--labels", self.write("l.txt", b"a\n\nb\n")], "l.txt", "line 2 is empty")
        done = miev("run", path, "--labels", self.folder / "none.txt", "--input", self.picture)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("none.txt: No such file", done.stderr)

    def test_bundled_models_keep_their_cards(self):
        for option in ("--normalise=raw", "--crop=crop"):
            self.refused(["cifar10-nano:int8", option], option.split("=")[0], "named by a path")
        _, _, report = studies.ask([self.model(), "cifar10-nano:int8"], self.picture,
                                   "--normalise=raw")
        mine, bundled = report["models"]
        self.assertEqual(mine["preprocessing"]["from"]["normalisation"], "option")
        self.assertEqual(bundled["preprocessing"]["from"]["normalisation"], "card")


class Names(CardsTest):
    def test_files_of_one_name_are_told_apart_by_their_folders(self):
        content = flatten_model("float32", [1, 2, 2, 3])
        paths = [self.write(f"{folder}/net.tflite", content) for folder in ("a", "b")]
        status, _, report = studies.ask(paths, self.picture)
        self.assertEqual((status, [m["name"] for m in report["models"]]),
                         (0, ["a/net.tflite", "b/net.tflite"]))

    def test_one_file_named_in_two_ways_is_refused(self):
        path = self.model()
        (self.folder / "link.tflite").symlink_to(path)
        for other in (path, self.folder / "." / "link.tflite"):
            done = miev("compare", path, other, "--input", self.picture, "--budget=0")
            self.assertEqual(done.returncode, 2)
            self.assertIn("twice", done.stderr)

    def test_a_model_that_is_not_there_is_wrong_usage(self):
        self.refused([self.folder / "nowhere.tflite"], "no model file", "nowhere.tflite")

    def test_folders_are_named(self):
        for inside, says in (("keras_metadata.pb", "a Keras folder"), ("Manifest.json", "Core ML"),
                             ("readme", "is a folder: name the model file in it")):
            folder = self.write(f"{inside[:4]}-folder/{inside}", b"x").parent
            self.refused([folder], says)


class Strangers(CardsTest):
    def test_each_is_named_with_what_to_do(self):
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            archive.add(self.picture, "model.tflite")
        cases = {
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n": "git lfs pull",
            b"<!DOCTYPE html><title>404</title>": "HTML page",
            pack({"a/readme": b"x", "a/net.tflite": b"x"}): "holds 'a/net.tflite': unpack",
            pack({"config.json": b"{}", "model.weights.h5": b"x"}): "Keras model",
            pack({"archive/data.pkl": b"x"}): "PyTorch model",
            tar.getvalue(): "tar archive",
            b"\x1f\x8b\x08\0": "gzip", b"GGUF\3\0\0\0": "GGUF", b"\x89HDF\r\n\x1a\n": "Keras",
            b"\x80\x02}q\0.": "PyTorch", b"\x08\x01\x12\x85\x10\x0a\x03": "SavedModel",
            b"\x08\x07\x12\x07pytorch": "ONNX", b"hello\n": "text file", b"\n\n": "empty file",
        }
        for content, says in cases.items():
            with self.subTest(says):
                status, model = studies.predict(self.write("odd.tflite", content), self.picture)
                self.assertEqual((status, model["error"]["code"]), (1, "unsupported"))
                self.assertIn(says, model["error"]["message"])
