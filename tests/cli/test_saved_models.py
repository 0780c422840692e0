# SPDX-License-Identifier: Apache-2.0
"""SavedModels on photos beside the .tflite they were made from, and refusals."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import studies
import support

FIXTURES = pathlib.Path("tests/fixtures/saved_models")
NANO = "cifar10-nano:float32"
LABELS = "airplane automobile bird cat deer dog frog horse ship truck".split()
NORMALISE = ["--normalise", "125.4,123.1,114.0/62.5,61.9,66.5"]


class SavedModelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        studies.need_runtime(f"./{FIXTURES}/nano_tf2")

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.labels = self.folder / "labels.txt"
        self.labels.write_text("\n".join(LABELS) + "\n")

    def assert_sentence(self, model):
        message = model["error"]["message"]
        self.assertGreaterEqual(len(message.split()), 6, message)
        self.assertNotRegex(message, r"answered nonsense|\.cc:")
        return message

    def copy(self, name):
        shutil.copytree(FIXTURES / name, self.folder / name)
        return self.folder / name


class Answers(SavedModelTest):
    def test_photos_get_the_answers_of_the_tflite_file(self):
        for name in ("nano_tf2", "nano_hub"):
            for photo in sorted(pathlib.Path("models/photos").glob("*.[jp]*g")):
                with self.subTest(model=name, photo=photo.name):
                    status, stderr, report = studies.ask(
                        [NANO, f"./{FIXTURES}/{name}"], photo, "--labels", str(self.labels), *NORMALISE)
                    self.assertEqual(status, 0, stderr)
                    expected, found = (m["predictions"] for m in report["models"])
                    self.assertEqual([p["label"] for p in found], [p["label"] for p in expected])
                    for one, other in zip(found, expected):
                        self.assertAlmostEqual(one["score"], other["score"], delta=1e-3)

    def test_the_report_tells_runtime_sandbox_and_what_was_chosen(self):
        _, model = studies.predict(f"./{FIXTURES}/nano_hub", studies.PHOTO)
        self.assertEqual((model["engine"]["name"], model["engine"]["runtime"]), ("tensorflow", "TensorFlow"))
        self.assertRegex(model["sandbox"], r"^tensorflow: (landlock\+)?seccomp")
        self.assertIn("signature: image_classification, the others are not run (default, "
                      "image_feature_vector)", model["guesses"])
        self.assertEqual(model["name"], "nano_hub")
        self.assertEqual(model["bytes"], sum(p.stat().st_size for p in (FIXTURES / "nano_hub").rglob("*")
                                             if p.is_file()))

    def test_plain_kernels_and_threads(self):
        for options, delegate, threads in ((["--delegate", "none"], "none", 1), (["--threads", "2"], "cpu", 2)):
            with self.subTest(options=options):
                _, model = studies.predict(f"./{FIXTURES}/nano_tf2", studies.PHOTO, *options)
                self.assertEqual((model["engine"]["delegate"], model["engine"]["threads"]), (delegate, threads))

    def test_the_identity_is_that_of_the_list_of_files(self):
        """The command of docs/engines.md."""
        command = next(line.strip() for line in pathlib.Path("docs/engines.md").read_text().splitlines()
                       if line.startswith("    cd MODEL && "))
        model = self.copy("nano_hub")
        done = subprocess.run(["sh", "-c", command.replace("MODEL", str(model))], capture_output=True,
                              text=True, check=True)
        _, report = studies.predict(model, studies.PHOTO)
        self.assertEqual(done.stdout.split()[0], report["sha256"])

    def test_a_card_may_name_the_folder(self):
        card = studies.write_card(self.folder, FIXTURES / "nano_tf2", LABELS, 32, 32,
                                  mean=[125.4, 123.1, 114.0], std=[62.5, 61.9, 66.5])
        status, model = studies.predict(card, studies.PHOTO)
        self.assertEqual(status, 0, model.get("error"))
        self.assertEqual(model["guesses"], [])


class Pulled(SavedModelTest):
    def test_an_archive_is_pulled_measured_and_found_again(self):
        """The card tells the archive's hash, the report that of the files and the archive's."""
        archive = self.folder / "net.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(FIXTURES / "nano_hub", ".")
        env = support.environment(MIEV_MODELS=str(self.folder / "depot"))
        report = self.folder / "report.json"
        def ask(*words):
            done = support.miev(*words, env=env)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        ask("pull", archive)
        ask("run", "net", "--input", support.CAT, "--budget", "0", "--no-history", "--json", report)
        model = json.loads(report.read_text())["models"][0]
        self.assertEqual(model["engine"]["name"], "tensorflow")
        self.assertEqual(model["archive_sha256"],
                         hashlib.sha256(archive.read_bytes()).hexdigest())
        self.assertNotEqual(model["sha256"], model["archive_sha256"])
        for budget_s in (3, 12, 48):  # on a crowded machine few rounds fit
            ask("run", "net", "--input", support.CAT, "--budget", budget_s)
            found = re.search(r"\nnet:as-is +[0-9.]+ +- +[0-9.]+ +pulled",
                              ask("models", "--here", "--search", "net"))
            if found:
                break
        self.assertTrue(found)
        done = support.miev("repeat", report, "--input", support.CAT, "--no-history", env=env)
        self.assertRegex(done.stdout, r"net +- +- +- +[0-9.]+ +same")


class Refusals(SavedModelTest):
    def refused(self, model, *options):
        status, found = studies.predict(model, studies.PHOTO, *options)
        self.assertEqual(status, 1, found)
        return self.assert_sentence(found)

    def test_operators_that_reach_out_get_nothing(self):
        self.assertRegex(self.refused(f"./{FIXTURES}/read_file"),
                         "/etc/passwd; Operation not permitted .*no model gets here")
        self.assertIn("Op 'PyFunc'", self.refused(f"./{FIXTURES}/python"))
        # TensorFlow looks for ever for a folder in which it may write.
        self.assertIn("an endless loop", self.refused(f"./{FIXTURES}/write_file", "--timeout", "3"))
        self.assertFalse(pathlib.Path("/tmp/miev-was-here").exists())

    def test_memory_is_limited(self):
        self.assertIn("used more than the 128 MiB of memory",
                      self.refused(f"./{FIXTURES}/nano_tf2", "--memory", "128"))

    def test_a_graph_that_is_cut_is_named(self):
        model = self.copy("nano_tf2")
        whole = (model / "saved_model.pb").read_bytes()
        for length in (len(whole) // 2, 20, 3):
            (model / "saved_model.pb").write_bytes(whole[:length])
            self.assertRegex(self.refused(model), "damaged or cut short|none at all")
        (model / "saved_model.pb").write_bytes(b"")
        self.assertIn("none at all", self.refused(model))

    def test_weights_that_are_missing_or_cut_are_named(self):
        model = self.copy("nano_tf2")
        weights = next((model / "variables").glob("*.data*"))
        os.truncate(weights, 1000)
        self.assertRegex(self.refused(model), "TensorFlow could not load the model: .*")
        weights.unlink()
        self.assertRegex(self.refused(model), "TensorFlow could not load the model: .*")


class WithoutTheRuntime(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        home = pathlib.Path(holder.name)
        (home / "vendor/runtime").mkdir(parents=True)
        (home / "models").symlink_to(support.ROOT / "models")
        for library in (support.ROOT / "vendor/runtime").glob("libLiteRt*"):
            (home / "vendor/runtime" / library.name).symlink_to(library)
        self.env = support.environment(MIEV_HOME=str(home))
        self.doctor = support.miev("doctor", env=self.env).stdout
        if "tensorflow found" in self.doctor:
            self.skipTest("this system has its own TensorFlow")

    def test_doctor_names_the_command_that_adds_it(self):
        self.assertRegex(" ".join(self.doctor.split()),
                         r"tensorflow unavailable: .*libtensorflow_cc\.so\.2.*"
                         r"run scripts/fetch-runtime --tensorflow")

    def test_a_model_that_needs_it_says_so_and_the_others_run(self):
        done = support.miev("compare", FIXTURES / "nano_tf2", "cifar10-nano:int8", "--input",
                            support.CAT, "--budget", "0", "--no-history", env=self.env)
        self.assertRegex(" ".join(done.stdout.split()),
                         "nano_tf2 failed .unavailable.*run scripts/fetch-runtime --tensorflow")
        if "tflite     found" in self.doctor:
            self.assertRegex(done.stdout, "cifar10-nano:int8 +[a-z]+ [0-9]")
