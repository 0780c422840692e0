# SPDX-License-Identifier: Apache-2.0
"""`miev doctor` on machines with every kind of sensor, and `miev calibrate`."""

import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

import support
from support import ROOT, environment, miev

# Joules of 20 W at rest and 5 W for each busy CPU of this machine, whoever keeps it busy.
METER = f"""{sys.executable} -c '
import os, sys, time
for _ in sys.stdin:
    f = [int(x) for x in open("/proc/stat").readline().split()[1:]]
    busy_s = (f[0] + f[1] + f[2] + f[5] + f[6]) / os.sysconf("SC_CLK_TCK")
    print(20 * time.monotonic() + 5 * busy_s, flush=True)
'"""


class Doctor(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)

    def doctor(self, machine):
        support.unpack_machine(ROOT / f"tests/fixtures/machines/{machine}.txt", self.root)
        done = miev("doctor", "--root", self.root)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_a_servers_meter_is_shown_and_not_added(self):
        shown = self.doctor("server-acpi-meter")
        self.assertRegex(shown, r"\n  hwmon +found: ")
        self.assertRegex(shown, r"\n    acpi-meter +machine +measured, .* every 1 s \(shown, not")

    def test_rails_of_a_board_replace_the_estimate(self):
        shown = self.doctor("jetson-orin")
        self.assertRegex(shown, r"\n    VDD_CPU_GPU_CV +cpu +measured, [^\n(]*\n")
        self.assertRegex(shown, r"\n    cpu +cpu +estimated, .*\(shown, not added\)")

    def test_what_is_left_out_is_told_with_its_reason(self):
        shown = self.doctor("workstation-gpus")
        self.assertIn("i915-0 is left out: its counter stood still", " ".join(shown.split()))
        self.assertRegex(shown, r"amdgpu-0 +gpu +measured")
        self.assertIn("(added to work that uses the GPU)", " ".join(shown.split()))

    def test_a_battery_that_discharges_is_the_whole_machine(self):
        self.assertRegex(self.doctor("laptop-on-battery"), r"\n    battery +machine +measured")

    def test_every_sensor_is_told_with_what_opens_it(self):
        done = miev("doctor", env=environment(MIEV_METER="", MIEV_NVML="/nowhere/libnvidia-ml.so.1"))
        shown = " ".join(done.stdout.split())
        for name in ("exec", "perf", "rapl", "nvml", "hwmon", "battery", "cpu_model"):
            self.assertRegex(done.stdout, rf"\n  {name} +\w+: ")
        self.assertIn("MIEV_METER='COMMAND'", shown)
        self.assertIn("MIEV_NVML names /nowhere/libnvidia-ml.so.1", shown)

    def test_a_meter_of_ones_own_is_found_or_refused_with_its_words(self):
        shown = miev("doctor", env=environment(MIEV_METER=METER)).stdout
        self.assertRegex(shown, r"\n  exec +found: ")
        self.assertRegex(shown, r"\n    wall +machine +measured, x 0.95 to x 1.05")
        shown = miev("doctor", env=environment(MIEV_METER="echo no plug here >&2; exit 1")).stdout
        self.assertRegex(shown, r"\n  exec +broken: ")
        self.assertIn("it said: no plug here", shown)


class Calibrate(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home)
        self.path = pathlib.Path(self.home, "miev/machine.csv")

    def run_with(self, *words, **more):
        return miev(*words, env=environment(XDG_DATA_HOME=self.home, **more))

    def keep(self, cpus=None):
        """A profile of this machine, or of one with so many CPUs."""
        info = pathlib.Path("/proc/cpuinfo").read_text()
        name = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
        memory = re.search(r"^MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)
        own = len(re.findall(r"^processor\s*:", info, re.MULTILINE))
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(
            "version,cpu_name,logical_cpus,memory_bytes,covers,sensor,date,a,b,c,d,e,f\n"
            f'1,"{name.group(1).strip() if name else ""}",{cpus or own},{int(memory) * 1024},machine,'
            "exec,2026-11-24,20,19,21,5,4,6\n")

    def test_without_a_meter_it_says_what_would_be_one(self):
        for sensor in ("battery", "exec"):
            done = self.run_with("calibrate", "--sensor", sensor, MIEV_METER="")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, "MIEV_METER|battery")
        done = self.run_with("calibrate", "--meter", "echo broken plug >&2; exit 1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("it said: broken plug", done.stderr)

    def test_a_profile_is_shown_used_and_forgotten(self):
        self.assertIn("no profile is kept", self.run_with("calibrate", "--show").stderr)
        self.keep()
        shown = self.run_with("calibrate", "--show").stdout
        self.assertRegex(shown, r"each busy CPU +5 W \(4 to 6\)")
        self.assertIn(str(self.path), shown)
        shown = " ".join(self.run_with("doctor").stdout.split())
        self.assertIn("profile of this machine, 2026-11-24 with exec", shown)
        self.assertRegex(shown, r"machine machine estimated, .*\(shown, not added\)")
        self.assertEqual(self.run_with("calibrate", "--forget").returncode, 0)
        self.assertFalse(self.path.exists())
        self.assertEqual(self.run_with("calibrate", "--forget").returncode, 1)
        self.assertNotIn("profile of this machine", self.run_with("doctor").stdout)

    def test_a_profile_of_another_machine_is_refused_in_words(self):
        self.keep(cpus=4711)
        done = self.run_with("calibrate", "--show")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is of another machine", done.stderr)
        self.assertIn("is of another machine", " ".join(self.run_with("doctor").stdout.split()))

    def test_wrong_words_are_refused(self):
        self.assertEqual(self.run_with("calibrate", "--show", "--forget").returncode, 2)
        self.assertEqual(self.run_with("calibrate", "--rounds", "1").returncode, 2)

    def test_a_real_load_under_a_meter_gives_its_watts(self):
        done = self.run_with("calibrate", "--meter", METER, "--seconds", "2", "--rounds", "2")
        if "end the other work" in done.stderr or "fit no line" in done.stderr:
            self.assertFalse(self.path.exists())
            self.skipTest("this machine is too busy to be calibrated")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.path.exists())
        idle_w = float(re.search(r"at rest +([\d.]+) W", done.stdout).group(1))
        busy_w = float(re.search(r"each busy CPU +([\d.]+) W", done.stdout).group(1))
        full_w = idle_w + os.cpu_count() * busy_w
        self.assertTrue(0.5 < full_w / (20 + 5 * os.cpu_count()) < 2, done.stdout)
        self.assertTrue(2 < busy_w < 10, done.stdout)


if __name__ == "__main__":
    unittest.main()
