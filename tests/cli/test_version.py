# SPDX-License-Identifier: Apache-2.0
"""The built program starts and says what it is."""

import os
import re
import subprocess
import unittest

MIEV = os.environ["MIEV_EXE"]


class Version(unittest.TestCase):
    def test_version_is_a_name_and_three_numbers(self):
        done = subprocess.run([MIEV, "version"], capture_output=True, text=True, check=True)
        self.assertRegex(done.stdout, re.compile(r"\Amiev \d+\.\d+\.\d+"))
