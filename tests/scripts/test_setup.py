# SPDX-License-Identifier: Apache-2.0
"""scripts/setup on machines that lack packages; the tools of the machine are stand-ins."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parent.parent.parent
TOOLS = ["bash", "cat", "dirname", "mktemp", "rm", "sed", "grep", "awk", "env", "tail", "sh"]
SOME_BUILD_PACKAGES = ["gcc", "meson", "libseccomp-dev", "python3"]


class Machine:
    """A folder with a copy of the scripts and a PATH of its own."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder, "a place")  # a path with a space on purpose
        self.bin = pathlib.Path(folder, "bin")
        self.bin.mkdir()
        (self.root / "scripts").mkdir(parents=True)
        for name in ["setup", "lib.sh", "packages.txt"]:
            shutil.copy(ROOT / "scripts" / name, self.root / "scripts" / name)
        for name in TOOLS:
            (self.bin / name).symlink_to(shutil.which(name))
        self.has(*SOME_BUILD_PACKAGES)
        self.tool("id", "echo 1000")

    def tool(self, name, body):
        path = self.bin / name
        path.write_text(f"#!{shutil.which('bash')}\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def has(self, *packages):
        lines = "\n".join(f"installed {name}" for name in packages)
        self.tool("dpkg-query", f"cat <<'END'\nnot-installed clang\n{lines}\nEND")

    def has_all(self):
        lines = (self.root / "scripts/packages.txt").read_text(encoding="utf-8").splitlines()
        rows = [line.split() for line in lines if line and line[0] != "#"]
        self.has(*[row[1].split("=")[0].split("|")[-1] for row in rows])

    def setup(self, *arguments):
        return subprocess.run([self.root / "scripts/setup", *arguments], capture_output=True,
                              text=True, cwd="/", env={"PATH": str(self.bin)},
                              stdin=subprocess.DEVNULL)


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.machine = Machine(folder.name)

    def test_without_root_it_prints_one_command_and_fails(self):
        done = self.machine.setup()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stdout)
        self.assertRegex(done.stdout, r"^    su -c '.*apt-get install .*libjansson-dev.*'$")
        self.assertNotIn(" gcc", done.stdout)
        self.assertNotIn("cmocka", done.stdout)
        self.assertIn("Copy this command", done.stderr)

    def test_the_command_uses_sudo_where_it_is(self):
        self.machine.tool("sudo", "exit 1")
        self.assertRegex(self.machine.setup().stdout, r"^    sudo sh -c '.*'$")

    def test_the_tests_need_more(self):
        self.assertIn(" libcmocka-dev", self.machine.setup("--test").stdout)
        self.assertIn(" clang-tidy", self.machine.setup("--full").stdout)

    def test_it_is_silent_when_nothing_is_missing(self):
        self.machine.has_all()
        done = self.machine.setup("--full")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def has_all_but_the_page(self):
        self.machine.has_all()
        query = self.machine.bin / "dpkg-query"
        lines = query.read_text(encoding="utf-8").replace("installed nodejs\n", "").replace("installed npm\n", "")
        query.write_text(lines, encoding="utf-8")

    def test_without_node_the_program_is_built_without_its_page(self):
        self.has_all_but_the_page()
        done = self.machine.setup()
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertIn("packages nodejs npm the program is built without its web page", done.stderr)

    def test_root_without_node_goes_on_when_it_cannot_be_installed(self):
        self.has_all_but_the_page()
        self.machine.tool("id", "echo 0")
        self.machine.tool("apt-get", 'printf "%s\n" "$*" >>"$0.log"; exit 100')
        done = self.machine.setup()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("built without its web page", done.stderr)
        self.assertIn(" nodejs npm", (self.machine.bin / "apt-get.log").read_text(encoding="utf-8"))

    def test_node_of_other_origin_is_not_asked_for(self):
        self.has_all_but_the_page()
        self.machine.tool("node", "exit 0")
        self.machine.tool("npm", "exit 0")
        done = self.machine.setup("--full")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_root_installs_what_is_missing(self):
        self.machine.tool("id", "echo 0")
        self.machine.tool("apt-get", 'printf "%s\\n" "$*" >>"$0.log"; echo pmstatus:gcc:50.0:Unpacking >&3')
        done = self.machine.setup()
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = (self.machine.bin / "apt-get.log").read_text(encoding="utf-8").splitlines()
        self.assertTrue(calls[0].endswith(" update"), calls)
        self.assertIn(" install -y --no-install-recommends libc6-dev ", calls[1])
        self.assertIn("50 %", done.stderr)

    def test_a_failed_installation_says_why(self):
        self.machine.tool("id", "echo 0")
        self.machine.tool("apt-get", "echo E: no such package; exit 100")
        done = self.machine.setup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("E: no such package", done.stderr)

    def test_a_runtime_that_cannot_be_fetched_fails_the_set_up(self):
        self.machine.has_all()
        fetch = self.machine.root / "scripts/fetch-runtime"
        fetch.write_text("#!/usr/bin/env bash\nexit 4\n", encoding="utf-8")
        fetch.chmod(0o755)
        self.assertEqual(self.machine.setup().returncode, 1)

    def test_tensorflow_is_fetched_for_all_tests_and_missed_by_none(self):
        self.machine.has_all()
        fetch = self.machine.root / "scripts/fetch-runtime"
        fetch.write_text('#!/usr/bin/env bash\necho "fetches $*" >&2\n[ $# -eq 0 ]\n', encoding="utf-8")
        fetch.chmod(0o755)
        self.assertNotIn("tensorflow", self.machine.setup("--test").stderr)
        done = self.machine.setup("--full")
        self.assertEqual(done.returncode, 0)
        self.assertIn("fetches --tensorflow", done.stderr)
        self.assertIn("warning: TensorFlow could not be fetched", done.stderr)

    def test_an_unknown_option_is_a_usage_error(self):
        self.assertEqual(self.machine.setup("--nonsense").returncode, 2)
        self.assertEqual(self.machine.setup("--help").returncode, 0)
