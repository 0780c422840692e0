# SPDX-License-Identifier: Apache-2.0
"""What the tests of miev pull share: a hub and a person's own folder for each of them."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from hub import Hub
from support import LIMIT_S, MIEV, environment, miev

SECRET = "hf_Geheimnis"
KAGGLE = "kaggle:google/mobilenet-v3/tfLite/small/1"
KAGGLE_PATH = "/api/v1/models/google/mobilenet-v3/tfLite/small/1/download"
USUAL = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "CURL_CA_BUNDLE", "SSL_CERT_DIR",
         "REQUESTS_CA_BUNDLE", "HF_TOKEN", "HF_HOME", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH",
         "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "KAGGLE_USERNAME", "KAGGLE_KEY",
         "KAGGLE_API_TOKEN", "KAGGLE_CONFIG_DIR")


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl to make certificates with")
class Pulling(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = pathlib.Path(made.name)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.models = self.home / "models"
        self.hub = Hub()
        self.hub.__enter__()
        self.addCleanup(self.hub.__exit__)
        self.env = environment(**self.hub.environment(self.home))
        self.env.update(dict.fromkeys(USUAL, ""))  # as good as not set

    def pull(self, *words, **more):
        return miev("pull", *words, env={**self.env, **more})

    def pulled(self, *words, **more):
        done = self.pull(*words, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def start(self, *words):
        return subprocess.Popen([MIEV, "pull", *words], env=self.env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def wait_for(self, happens):
        deadline = time.monotonic() + LIMIT_S
        while not happens():
            self.assertLess(time.monotonic(), deadline, "it never happens")
            time.sleep(0.02)

    def refused(self, *words, says, **more):
        done = self.pull(*words, **more)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(says, done.stderr)
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        self.assertEqual(self.blobs(), [])
        return done

    def names(self, part):
        folder = self.models / part
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def blobs(self):
        return self.names("blobs")

    def card(self, name):
        return json.loads((self.models / "cards" / f"{name}.json").read_text())

    def headers(self, path):
        return [headers for _, asked, headers in self.hub.requests if asked.startswith(path)]
