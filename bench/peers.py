# SPDX-License-Identifier: Apache-2.0
"""What other tools cost for the same jobs; run by bench/run in an environment of its own.

    peers.py task                    CodeCarbon's start_task and stop_task
    peers.py resize PHOTO            Pillow's decode and resize to 224 x 224
    peers.py question PHOTO REPORT MODEL..  which of these models emits least, to 3 %; REPORT: of
                                     the same question, for this machine's watts

Prints one figure a line: name, value, unit, parted by tabs.
"""
import json
import pathlib
import resource
import statistics
import sys
import time

import watts

T95 = {10: 2.262, 15: 2.145, 20: 2.093, 30: 2.045}  # Student, 0.975, rounds - 1 degrees
TARGET = 0.03
ROUND_S = 1.0


def say(name, value, unit):
    print(f"{name}\t{value:.4g}\t{unit}")


def tracker():
    from codecarbon import OfflineEmissionsTracker
    return OfflineEmissionsTracker(country_iso_code="FRA", save_to_file=False,
                                   log_level="critical", allow_multiple_runs=True)


def task():
    """Start and stop with nothing between them; the first, which looks for hardware, is apart."""
    watch, pairs = tracker(), []
    for i in range(41):
        began = time.perf_counter()
        watch.start_task(f"task {i}")
        watch.stop_task()
        pairs.append((time.perf_counter() - began) * 1e6)
    say("CodeCarbon, start_task + stop_task, median of 40", statistics.median(pairs[1:]), "us")
    say("CodeCarbon, the first start_task + stop_task", pairs[0], "us")


def resize_ms(photo, shrink):
    """CPU time of one decode and resize; shrink: let the decoder leave out detail."""
    from PIL import Image
    began = time.process_time()
    picture = Image.open(photo)
    if shrink:
        picture.draft("RGB", (224, 224))
    picture.convert("RGB").resize((224, 224), Image.Resampling.BILINEAR).tobytes()
    return (time.process_time() - began) * 1e3


def resize(photo):
    exact, shrunk = [], []
    for _ in range(11):
        exact.append(resize_ms(photo, False))
        shrunk.append(resize_ms(photo, True))
    say("Pillow, 12 megapixel JPEG to 224 x 224, exact", statistics.median(exact), "ms of CPU")
    say("Pillow, the same with draft mode", statistics.median(shrunk), "ms of CPU")


def tensor(photo, card):
    import numpy as np
    from PIL import Image
    shape = card["input"]
    picture = Image.open(photo).convert("RGB").resize(
        (shape["width"], shape["height"]), Image.Resampling.BILINEAR)
    x = (np.asarray(picture, np.float32) - shape["mean"]) / shape["std"]
    return x[None].astype(np.float32)


def half_width(values):
    """Half of Student's 95 % interval of the mean, as a ratio of it."""
    n = len(values)
    t = T95[max(k for k in T95 if k <= n)]
    return t * statistics.stdev(values) / n ** 0.5 / statistics.mean(values)


def question(photo, report, paths):
    """Rounds of a second by turns until every mean is known to 3 %, as a careful person would."""
    started = time.monotonic()
    from ai_edge_litert.interpreter import Interpreter
    watch, joules, runs = tracker(), {}, {}
    for path in map(pathlib.Path, paths):
        model = Interpreter(str(path), num_threads=1)
        model.allocate_tensors()
        card = json.loads((path.parent / (path.name.split(".")[0] + ".json")).read_text())
        model.set_tensor(model.get_input_details()[0]["index"], tensor(photo, card))
        for _ in range(20):
            model.invoke()
        joules[path.name], runs[path.name] = [], model
    for number in range(max(T95)):
        for name, model in runs.items():
            watch.start_task(f"{name} {number}")
            count, began = 0, time.monotonic()
            while time.monotonic() - began < ROUND_S:
                model.invoke()
                count += 1
            joules[name].append(watch.stop_task().energy_consumed * 3.6e6 / count)
        if number + 1 >= min(T95) and all(half_width(v) < TARGET for v in joules.values()):
            break
    best = min(joules, key=lambda name: statistics.mean(joules[name]))
    worst = max(half_width(v) for v in joules.values())
    print(f"{best}: {statistics.mean(joules[best])} J", file=sys.stderr)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, elapsed_s = used.ru_utime + used.ru_stime, time.monotonic() - started
    report = json.loads(pathlib.Path(report).read_text())
    say("Python, three models: reached half-width", worst * 100, "%")
    say("Python, three models: elapsed", elapsed_s, "s")
    say("Python, three models: CPU", cpu, "s")
    say("Python, three models: energy by this machine's watts", watts.joules(report, elapsed_s, cpu), "J")
    say("Python, memory", used.ru_maxrss / 1024, "MiB")


if __name__ == "__main__":
    {"task": task, "resize": resize,
     "question": lambda photo, report, *models: question(photo, report, models)}[sys.argv[1]](*sys.argv[2:])
