# SPDX-License-Identifier: Apache-2.0
"""miev pull that is killed at any point, on a full disk, and miev gc after it."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from hub import MODEL, OTHER, serves, sha256, slow, tar_gz
from pulling import KAGGLE, KAGGLE_PATH, Pulling
from support import LIMIT_S, MIEV, miev

KILLS = int(os.environ.get("MIEV_KILLS", "10"))


class Kills(Pulling):
    def check_depot(self):
        """What is there is whole, whatever was killed."""
        for name in self.blobs():
            self.assertEqual(sha256((self.models / "blobs" / name).read_bytes()), name)
        for name in self.names("trees"):
            tree = self.models / "trees" / name
            self.assertEqual((tree / "saved_model.pb").read_bytes(), b"\x08\x01")
            self.assertEqual((tree / "variables/variables.data").read_bytes(), OTHER)
        for name in self.names("cards"):
            card = json.loads((self.models / "cards" / name).read_text())
            for file in card["files"]:
                self.assertTrue((self.models / "cards" / file["path"]).exists(), file)

    def kill_at_random(self, draw, *words):
        """True when it had ended by itself before."""
        process = self.start(*words)
        time.sleep(draw.uniform(0, 0.5))
        process.kill()
        process.communicate(timeout=LIMIT_S)
        return process.returncode == 0

    def test_killed_at_any_point_nothing_half_made_is_there(self):
        seed = random.randrange(1 << 32)
        draw = random.Random(seed)
        tree = tar_gz({"saved_model.pb": b"\x08\x01", "variables/variables.data": OTHER})
        self.hub.answers["/net.tflite"] = slow(MODEL, 10, 0.02)
        self.hub.answers["/google/saved/1"] = slow(tree, 10, 0.02)
        self.hub.answers[KAGGLE_PATH] = slow(tar_gz({"1.tflite": MODEL, "2.onnx.txt": OTHER}), 10, 0.02)
        words = [self.hub.url + "/net.tflite", "tfhub:google/saved/1", KAGGLE]
        for _ in range(KILLS):
            with self.subTest(seed=seed):
                self.kill_at_random(draw, draw.choice(words))
                self.check_depot()
        self.pulled(*words)
        self.check_depot()
        self.assertEqual((self.blobs(), self.names("trees"), self.names("partial")),
                         ([sha256(MODEL)], [sha256(tree)], []))
        self.assertEqual(len(self.names("cards")), 3)

    def test_one_that_waits_for_a_killed_one_goes_on(self):
        self.hub.answers[KAGGLE_PATH] = slow(tar_gz({"1.tflite": MODEL}), 20, 0.1)
        first = self.start(KAGGLE)
        self.wait_for(lambda: any(self.models.glob("partial/*/mark")))
        second = self.start(KAGGLE)
        time.sleep(0.3)
        first.kill()
        first.communicate(timeout=LIMIT_S)
        _, err = second.communicate(timeout=LIMIT_S)
        self.assertEqual(second.returncode, 0, err)
        self.assertIn("range", self.headers(KAGGLE_PATH)[1])
        self.check_depot()


class FullDisk(Pulling):
    def pull_onto(self, size, *words):
        """On a disk of that size, in a mount namespace of its own."""
        self.models.mkdir()
        if subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", str(self.models)],
                          capture_output=True).returncode != 0:
            self.skipTest("no file system can be mounted here")
        script = f'mount -t tmpfs -o size={size} none "$0" && "$@"; code=$?; ls "$0"/partial/*; exit $code'
        return subprocess.run(["unshare", "-rm", "sh", "-c", script, str(self.models), MIEV, "pull",
                               *words], env=self.env, capture_output=True, text=True,
                              timeout=LIMIT_S)

    def test_a_file_that_cannot_fit_is_refused_before_it_comes(self):
        self.hub.answers["/net.tflite"] = serves(bytes(5 << 20))
        done = self.pull_onto("1m", self.hub.url + "/net.tflite")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("`miev gc` frees", done.stderr)

    def test_a_disk_that_fills_up_is_told(self):
        archive = tar_gz({"net.tflite": MODEL, "weights": bytes(20 << 20)})
        self.hub.answers["/net.tgz"] = serves(archive)
        done = self.pull_onto("4m", self.hub.url + "/net.tgz")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("the disk is full", done.stderr)
        self.assertEqual(done.stdout.split(), ["body", "lock", "mark"])  # to go on with


class Collecting(Pulling):
    def gc(self, *words):
        return miev("gc", *words, env=self.env)

    def bring(self):
        self.hub.answers["/one.tflite"] = serves(MODEL)
        self.hub.answers["/two.tflite"] = serves(OTHER)
        self.pulled(self.hub.url + "/one.tflite", self.hub.url + "/two.tflite")

    def test_what_a_card_names_stays(self):
        self.bring()
        self.assertIn("Nothing to remove", self.gc().stdout)
        (self.models / "cards/two.json").unlink()
        shown = self.gc("--dry-run").stdout
        self.assertIn(sha256(OTHER)[:12], shown)
        self.assertIn("Would free", shown)
        self.assertEqual(len(self.blobs()), 2)
        self.assertIn("Freed", self.gc().stdout)
        self.assertEqual(self.blobs(), [sha256(MODEL)])

    def test_a_card_that_cannot_be_read_keeps_all(self):
        self.bring()
        (self.models / "cards/two.json").write_text("{")
        done = self.gc()
        self.assertEqual(done.returncode, 1)
        self.assertIn("two.json cannot be read", done.stderr)
        self.assertEqual(len(self.blobs()), 2)

    def test_old_downloads_go_and_young_ones_when_asked(self):
        self.hub.answers["/net.tflite"] = slow(MODEL, 40, 0.1)
        process = self.start(self.hub.url + "/net.tflite")
        self.wait_for(lambda: any(self.models.glob("partial/*/mark")))
        busy = self.gc("--partials")
        self.assertEqual(busy.returncode, 1)
        self.assertIn("wait until that has ended", busy.stderr)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LIMIT_S)
        self.gc()
        self.assertEqual(len(self.names("partial")), 1)
        old = time.time() - 8 * 86400
        for body in self.models.glob("partial/*/body"):
            os.utime(body, (old, old))
        self.gc()
        self.assertEqual(self.names("partial"), [])

    def test_files_of_others_stay(self):
        self.bring()
        (self.models / "blobs/README").write_text("mine")
        shutil.rmtree(self.models / "cards")
        self.gc()
        self.assertEqual(self.blobs(), ["README"])


if __name__ == "__main__":
    unittest.main()
