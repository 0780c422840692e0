# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line share: the program, the repository, a terminal to show it."""

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

MIEV = os.path.abspath(os.environ["MIEV_EXE"])
ROOT = pathlib.Path(__file__).resolve().parents[2]
CAT = ROOT / "models/photos/cat-chelsea.png"
LIMIT_S = 90


def environment(**more):
    """Ours, without what the person who runs the tests has set."""
    mine = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return {**mine, "MIEV_HOME": str(ROOT), "MIEV_MODELS": "/dev/null/models", "LC_ALL": "C.UTF-8",
            **more}


def miev(*words, cwd=None, env=None, **more):
    """Run the program in a pipe."""
    return subprocess.run([MIEV, *map(str, words)], capture_output=True, text=True, cwd=cwd,
                          stdin=subprocess.DEVNULL, env=env or environment(), timeout=LIMIT_S,
                          **more)


def keep_report(test_class, *words):
    """A short study for all tests of a class: its file is test_class.path, what it holds .report."""
    if not find_runtime():
        raise unittest.SkipTest("no model runs here: 'miev doctor' says what is missing")
    test_class.folder = tempfile.TemporaryDirectory()
    test_class.addClassCleanup(test_class.folder.cleanup)
    test_class.path = pathlib.Path(test_class.folder.name, "report.json")
    done = miev(*words, "--input", CAT, "--no-history", f"--json={test_class.path}")
    assert done.returncode == 0, done.stderr
    test_class.report = json.loads(test_class.path.read_text(encoding="utf-8"))


def as_ordinary_user():
    """What makes subprocess.run() start a program without root's rights; {} for whom has none."""
    return dict(user=65534, group=65534, extra_groups=[]) if os.geteuid() == 0 else {}


def study(*words, command="compare", env=None):
    """(exit status, report) of a study whose report goes to a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.json")
        done = miev(command, *words, "--input", CAT, "--json", path, env=env)
        if not path.exists():
            raise AssertionError(f"no report, exit status {done.returncode}: {done.stderr}")
        return done.returncode, json.loads(path.read_text())


def find_runtime():
    """Whether models can run here at all."""
    return " found: LiteRT" in miev("doctor").stdout


def read_all(master, deadline):
    """What the program shows until it closes the terminal."""
    shown = b""
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 0.1)[0]:
            continue
        try:
            piece = os.read(master, 65536)
        except OSError:  # the last program has closed it
            break
        if not piece:
            break
        shown += piece
    return shown.decode("utf-8", "replace").replace("\r\n", "\n")


def on_terminal(*words, columns=120, env=None):
    """(exit status, all that a person at a terminal of this width is sent)."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen([MIEV, *map(str, words)], stdin=slave, stdout=slave, stderr=slave,
                               env=env or environment(TERM="xterm-256color"))
    os.close(slave)
    try:
        shown = read_all(master, time.monotonic() + LIMIT_S)
        return process.wait(timeout=LIMIT_S), shown
    finally:
        process.kill()
        os.close(master)


def interrupted_after(delay_s, *words):
    """The finished program, which got Ctrl-C's signal after some seconds."""
    process = subprocess.Popen([MIEV, *map(str, words)], stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.PIPE, env=environment())
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=delay_s)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def unescape(text):
    """The content of one file of a recorded machine (tests/record.py)."""
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\")


def unpack_machine(path, root):
    """Lay out a recorded machine below root, as `miev doctor --root` reads it."""
    for line in path.read_text().splitlines():
        name, tab, content = line.partition("\t")
        if line.startswith("#") or not tab:
            continue
        target = pathlib.Path(root, name.lstrip("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(unescape(content))
