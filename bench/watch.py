# SPDX-License-Identifier: Apache-2.0
"""How much a study disturbs itself, seen from outside: watch.py REPORT PROGRAM ARGUMENT...

Runs a comparison, whose report goes to the file REPORT, and reads /proc: memory of the parent, CPU time
of the parent, and CPU time of the workers that are not at work, while one is. Prints one figure a line:
name, value, unit.
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

import watts

STEP_S = 0.04
BUSY = 0.8  # of a step: the worker whose round it is (the kernel counts in ticks of some milliseconds)


def cpu_s(pid):
    """CPU seconds of a process, in nanoseconds' resolution; None when it is gone."""
    try:
        return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) * 1e-9
    except (OSError, ValueError, IndexError):
        return None


def children(pid):
    return [int(c) for c in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def peak_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


def steps(parent):
    """(seconds, {pid: CPU seconds}) of each step, and the parent's peak of memory."""
    taken, peak = [], 0
    before, then = None, 0
    while parent.poll() is None:
        try:
            now = {pid: cpu_s(pid) for pid in [parent.pid, *children(parent.pid)]}
            peak = max(peak, peak_kib(parent.pid))
        except OSError:
            break
        at = time.monotonic()
        if before and now.keys() == before.keys() and None not in [*now.values(), *before.values()]:
            taken.append((at - then, {pid: now[pid] - before[pid] for pid in now}))
        else:
            taken.append((at - then, {}))
        before, then = now, at
        time.sleep(STEP_S)
    return taken, peak


def at_work(step, parent):
    """The worker that had this step to itself, or None."""
    seconds, used = step
    workers = {pid: s for pid, s in used.items() if pid != parent}
    most = max(workers, key=workers.get, default=None)
    return most if most and workers[most] > BUSY * seconds else None


def watch(parent):
    """(seconds, CPU of the parent, CPU of resting workers) over steps within one worker's round: the
    steps before and after are its own too, so that no step holds the end of another's round."""
    taken, peak = steps(parent)
    seconds = own = resting = 0
    for last, step, after in zip(taken, taken[1:], taken[2:]):
        worker = at_work(step, parent.pid)
        if worker and worker == at_work(last, parent.pid) == at_work(after, parent.pid):
            seconds += step[0]
            own += step[1][parent.pid]
            resting += sum(step[1].values()) - step[1][worker] - step[1][parent.pid]
    return seconds, own, resting, peak


def main():
    began = time.monotonic()
    report_path, *command = sys.argv[1:]
    parent = subprocess.Popen([*command, "--json", report_path], stdout=subprocess.DEVNULL)
    seconds, own, resting, peak = watch(parent)
    if parent.wait() != 0:
        sys.exit(f"{command[0]} failed")
    elapsed_s = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    report = json.loads(pathlib.Path(report_path).read_text())
    energies = [model["energy"] for model in report["models"]]
    inside = min(e["inference_s"] / e["attribution"]["span_s"] for e in energies)
    gross = [e["gross"]["per_inference_j"] for e in energies]
    widths = [(g["statistical"]["high"] - g["statistical"]["low"]) / 2 / g["value"] for g in gross]
    print(f"MIEV, three models: reached half-width\t{100 * max(widths):.3g}\t%")
    print(f"MIEV, three models: elapsed\t{elapsed_s:.4g}\ts")
    print(f"MIEV, three models: CPU of all its processes\t{cpu:.4g}\ts")
    print(f"MIEV, three models: energy by this machine's watts\t{watts.joules(report, elapsed_s, cpu):.4g}\tJ")
    print(f"MIEV, memory of the parent\t{peak / 1024:.4g}\tMiB")
    print(f"MIEV, share of a round's time that is inference\t{100 * inside:.4g}\t%")
    if seconds > 0:
        print(f"MIEV, parent's CPU while a worker is at work\t{100 * own / seconds:.3g}\t% of a core")
        print(f"MIEV, resting workers' CPU meanwhile\t{100 * resting / seconds:.3g}\t% of a core")


if __name__ == "__main__":
    os.environ.setdefault("MIEV_DATA", "/nonexistent")
    main()
