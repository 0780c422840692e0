# SPDX-License-Identifier: Apache-2.0
"""Damaged models and pictures through the whole program: never a crash or a hang of `miev`, and a
sentence for each that is refused. Seeded, so that a failure comes again.

$MIEV_MUTATIONS is how many of each are tried (default 40); their originals are the bundled ones, and
those of $MIEV_SHARED/models where that is there.
"""

import concurrent.futures
import os
import pathlib
import random
import shutil
import struct
import tempfile
import unittest

import studies

COUNT = int(os.environ.get("MIEV_MUTATIONS", "40"))
LARGEST = 8 << 20  # bytes of an original: the time goes into running, not into copying
NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


def flip_bits(data, rng):
    for _ in range(rng.randint(1, 16)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def write_number(data, rng):
    """Over an offset, a count or a size, most of which stand at multiples of four."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(max(1, len(data) - 4)) & ~3
        data[at:at + 4] = struct.pack("<I", rng.choice(NUMBERS))


def write_near_head(data, rng):
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(min(256, len(data)))] = rng.randrange(256)


def cut(data, rng):
    del data[rng.randrange(len(data)):]


def leave_out(data, rng):
    at = rng.randrange(len(data))
    del data[at:at + rng.randint(1, 4096)]


def repeat(data, rng):
    at = rng.randrange(len(data))
    data[at:at] = data[at:at + rng.randint(1, 4096)]


MUTATIONS = [flip_bits, write_number, write_near_head, cut, leave_out, repeat]


def mutate(original, seed):
    rng = random.Random(seed)
    data = bytearray(original.read_bytes())
    rng.choice(MUTATIONS)(data, rng)
    return bytes(data)


def originals(bundled, shared):
    paths = sorted(pathlib.Path("models").glob(bundled))
    if studies.SHARED.is_dir():
        paths += sorted(studies.SHARED.glob(shared))
    return [path for path in paths if 0 < path.stat().st_size <= LARGEST]


def complaint(status, stderr, report):
    """What is wrong with how the program ended; None when nothing is."""
    if status not in (0, 1):
        return f"exit status {status}: {stderr}"
    if status == 0:
        return None
    message = report["models"][0].get("error", {}).get("message") if report else stderr
    return None if message and len(message.split()) > 3 else f"no sentence: {stderr!r} {report}"


class Mutations(unittest.TestCase):
    def setUp(self):
        studies.need_runtime()
        self.holder = tempfile.TemporaryDirectory()
        self.addCleanup(self.holder.cleanup)

    def check(self, paths, run, count=COUNT):
        """Two at a time; every failure is told with its seed."""
        def one(seed):
            original = paths[seed % len(paths)]
            copy = pathlib.Path(self.holder.name, f"{seed}{original.suffix}")
            copy.write_bytes(mutate(original, seed))
            wrong = complaint(*run(copy))
            copy.unlink()
            return wrong and f"seed {seed} of {original.name}: {wrong}"
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            found = [wrong for wrong in pool.map(one, range(count)) if wrong]
        self.assertEqual(found, [])

    def test_models(self):
        self.check(originals("*.tflite", "image/*.tflite"),
                   lambda copy: studies.ask([copy], studies.PHOTO, "--timeout", "20"))

    def test_onnx_models(self):
        studies.need_onnx_runtime()
        seeds = sorted(pathlib.Path("tests/fuzz/corpus/onnx").iterdir())
        self.check(seeds + originals("*.onnx", "image/*.onnx"),
                   lambda copy: studies.ask([copy], studies.PHOTO, "--timeout", "20"))

    def test_saved_models(self):
        model = pathlib.Path("tests/fixtures/saved_models/nano_tf2")
        studies.need_runtime(f"./{model}")

        def run(graph):
            folder = graph.with_suffix(".folder")
            shutil.copytree(model, folder)
            shutil.copy(graph, folder / "saved_model.pb")
            return studies.ask([folder], studies.PHOTO, "--timeout", "10")
        self.check([model / "saved_model.pb"], run, COUNT // 4)  # TensorFlow starts slowly

    def test_pictures(self):
        self.check(originals("photos/*.*g", "photos/*.*"),
                   lambda copy: studies.ask(["cifar10-nano:int8"], copy, "--timeout", "20"))
