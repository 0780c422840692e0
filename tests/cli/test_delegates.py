# SPDX-License-Identifier: Apache-2.0
"""The same answer whatever runs the graph, and the report says what did."""

import unittest

import studies


def setUpModule():
    studies.need_runtime()


class Delegates(unittest.TestCase):
    def test_the_report_names_what_ran(self):
        for options, delegate, threads in ((["--delegate", "none"], "none", 1),
                                           (["--threads", "2"], "xnnpack", 2)):
            with self.subTest(options=options):
                _, model = studies.predict("cifar10-small:int8", studies.PHOTO, *options)
                engine = model["engine"]
                self.assertEqual((engine["name"], engine["runtime"]), ("tflite", "LiteRT"))
                self.assertRegex(engine["delegate"], f"^{delegate}")
                self.assertEqual(engine["threads"], threads)

    def test_plain_kernels_know_the_cpu_in_the_locked_worker(self):
        """Locked before they look at it, they take their slowest code: 700 times as long."""
        none = studies.predict("cifar10-small:int8", studies.PHOTO, "--delegate", "none")[1]
        part = studies.predict("cifar10-small:int8", studies.PHOTO, "--delegate", "xnnpack-float")[1]
        self.assertEqual(none["predictions"], part["predictions"])
        self.assertLess(none["latency"]["p50_s"], 60 * part["latency"]["p50_s"])

    def test_an_unknown_delegate_is_refused(self):
        _, model = studies.predict("cifar10-nano:int8", studies.PHOTO, "--delegate", "warp")
        self.assertRegex(model["error"]["message"], "no delegate 'warp'.*xnnpack")
