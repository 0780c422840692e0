# SPDX-License-Identifier: Apache-2.0
"""scripts/validate-cards on the cards that are shipped, and on cards with one fault each. The tables
that figures were copied from lie in $MIEV_SHARED (default ../shared)."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = pathlib.Path(os.environ.get("MIEV_SHARED", "../shared")).resolve() / "data"
CARD = "models/known/efficientnet-lite0.json"


def validate(*words):
    return subprocess.run([sys.executable, ROOT / "scripts/validate-cards", *map(str, words)],
                          capture_output=True, text=True)


@unittest.skipIf(jsonschema is None, "python3-jsonschema is not there")
class Shipped(unittest.TestCase):
    def test_every_card_is_right(self):
        done = validate()
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        self.assertRegex(done.stdout, r"^\d+ cards, \d+ published figures, 0 faults\n$")

    def test_there_are_more_than_sixty_of_every_family(self):
        names = {path.stem for path in (ROOT / "models/known").glob("*.json")}
        self.assertGreater(len(names), 60)
        for family in ("mobilenet-v1", "mobilenet-v2", "mobilenet-v3", "efficientnet-lite",
                       "tf-efficientnet-b", "tf-efficientnet-v2", "inception", "tf-resnet-v1",
                       "tf-resnet-v2", "nasnet", "tf-bit", "tf-vit", "tf-mobilevit", "onnx-"):
            self.assertTrue([name for name in names if name.startswith(family)], family)

    def test_figures_are_those_of_their_tables(self):
        if not (TABLES / "imagenet_timm.csv").exists():
            self.skipTest(f"the tables are not in {TABLES}")
        done = validate("--tables", TABLES)
        self.assertEqual((done.stderr, done.returncode), ("", 0))

    def test_labels_of_imagenet_are_the_programs_own(self):
        own = (ROOT / "data/imagenet_labels.txt").read_text()
        lists = ROOT / "models/known/labels"
        self.assertEqual((lists / "imagenet-1000.txt").read_text(), own)
        self.assertEqual((lists / "imagenet-1001.txt").read_text(), "background\n" + own)


@unittest.skipIf(jsonschema is None, "python3-jsonschema is not there")
class Faults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("docs/card.schema.json", "data/imagenet_published.csv"):
            (self.root / name).parent.mkdir()
            shutil.copy(ROOT / name, self.root / name)
        shutil.copytree(ROOT / "models/known", self.root / "models/known")
        self.card = json.loads((self.root / CARD).read_text())

    def told(self, words, *more):
        (self.root / CARD).write_text(json.dumps(self.card))
        done = validate("--root", self.root, *more)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertIn("efficientnet-lite0", done.stderr)

    def test_an_unknown_field(self):
        self.card["trained_on"] = "ImageNet"
        (self.root / CARD).write_text(json.dumps(self.card))
        done = validate("--root", self.root)
        self.assertIn("efficientnet-lite0: ", done.stderr)
        self.assertIn("'trained_on' was unexpected", done.stderr)

    def test_an_address_that_nobody_saw(self):
        del self.card["files"][1]["seen"]
        self.told("int8: an address without the place where it was seen")

    def test_a_file_that_is_called_verified(self):
        del self.card["files"][0]["verified"]
        self.told("float32: nobody has pulled it")

    def test_labels_for_other_outputs(self):
        self.card["output"]["count"] = 1001
        self.told("1000 labels for 1001 outputs")

    def test_a_list_without_its_background(self):
        (self.root / "models/known/labels/own.txt").write_text("thing\n" * 1001)
        self.card["labels_file"] = "labels/own.txt"
        self.card["output"]["count"] = 1001
        self.told('1001 outputs begin with "background"')

    def test_another_figure(self):
        self.card["accuracy"][0]["top1"] = 0.752
        self.told("top1 is 0.752, its row says 75.1 %")

    def test_a_figure_that_its_source_does_not_have(self):
        self.card["accuracy"][0]["top5"] = 0.92
        self.told('top5 is 0.92, its row says ""')

    def test_a_figure_of_another_size_of_input(self):
        self.card["input"]["width"] = self.card["input"]["height"] = 240
        self.card["accuracy"] = self.card["accuracy"][:1]
        (self.root / CARD).write_text(json.dumps(self.card))
        done = validate("--root", self.root)
        self.assertIn("published for 224 pixels, the card takes 240", done.stderr)

    def test_a_float_figure_for_the_8_bit_file(self):
        first, second = self.card["accuracy"]
        first["precision"], second["precision"] = second["precision"], first["precision"]
        (self.root / CARD).write_text(json.dumps(self.card))
        done = validate("--root", self.root)
        self.assertIn("published for int8, quoted for float32", done.stderr)

    def test_a_figure_without_its_row(self):
        self.card["accuracy"][0]["published"] = "imagenet_mobile/efficientnet-lite9"
        (self.root / CARD).write_text(json.dumps(self.card))
        done = validate("--root", self.root)
        self.assertIn("has no row imagenet_mobile/efficientnet-lite9", done.stderr)
        self.assertIn("no card quotes imagenet_mobile/efficientnet-lite0-fp32", done.stderr)

    def test_a_name_unlike_its_file(self):
        self.card["name"] = "efficientnet"
        self.told("its name is efficientnet, its file efficientnet-lite0.json")

    def test_a_row_that_was_copied_wrongly(self):
        tables = self.root / "tables"
        tables.mkdir()
        names = {"imagenet_tflite_hosted", "imagenet_mobile", "imagenet_timm"}
        table = (self.root / "data/imagenet_published.csv").read_text().splitlines()
        for name in names:
            rows = [line.split(",", 2)[2] for line in table if f",{name}," in line]
            head = "model,dtype,input_px,top1_pct,top5_pct,source"
            (tables / (name + ".csv")).write_text("\n".join([head, *rows]) + "\n")
        self.assertEqual(validate("--root", self.root, "--tables", tables).returncode, 0)
        path = tables / "imagenet_mobile.csv"
        path.write_text(path.read_text().replace("efficientnet-lite0-int8,int8,224,74.4",
                                                 "efficientnet-lite0-int8,int8,224,74.5"))
        self.told("imagenet_mobile.csv says something else", "--tables", tables)


if __name__ == "__main__":
    unittest.main()
