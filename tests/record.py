#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Record what MIEV reads of this machine as a fixture: path<TAB>content, one file a line.

    tests/record.py "what it shows" > tests/fixtures/machines/<name>.txt

Nothing that names this machine or its owner is read: no serial number, no host name, no UUID.
Counters that only root may read are recorded as unreadable, which is a fixture too.
"""
import glob
import os
import platform
import re
import sys

PATTERNS = [
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
    "/proc/device-tree/model",
    "/sys/class/dmi/id/sys_vendor",
    "/sys/class/dmi/id/product_name",
    "/sys/class/dmi/id/chassis_type",
    "/sys/bus/event_source/devices/power/type",
    "/sys/bus/event_source/devices/power/cpumask",
    "/sys/bus/event_source/devices/power/events/energy-*",
    "/sys/devices/system/cpu/cpu*/topology/physical_package_id",
    "/sys/devices/system/cpu/cpu*/topology/die_id",
    "/sys/class/power_supply/*/type",
    "/sys/class/power_supply/*/scope",
    "/sys/class/power_supply/*/status",
    "/sys/class/power_supply/*/*_now",
    "/sys/class/hwmon/*/name",
    "/sys/class/hwmon/*/power1_*",
    "/sys/class/hwmon/*/energy[12]_*",
    "/sys/class/hwmon/*/in[123]_label",
    "/sys/class/hwmon/*/in[123]_input",
    "/sys/class/hwmon/*/curr[123]_input",
    "/sys/class/powercap/*/name",
    "/sys/class/powercap/*/energy_uj",
    "/sys/class/powercap/*/max_energy_range_uj",
    "/sys/class/powercap/*/enabled",
    "/sys/devices/system/clocksource/clocksource0/available_clocksource",
]
KEEP = {
    "/proc/meminfo": re.compile(r"^MemTotal:"),
    "/proc/stat": re.compile(r"^cpu"),
}


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def content_of(path):
    with open(path, errors="replace") as file:
        text = file.read().replace("\0", "")
    keep = KEEP.get(path)
    if keep:
        text = "".join(line for line in text.splitlines(True) if keep.match(line))
    if path == "/proc/version":
        text = re.split(r"[-(]", text)[0].strip() + "\n"  # not who built it, nor where
    return text


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "not said"
    print(f"# kernel: {platform.system()} {platform.release().split('-')[0]} {platform.machine()}")
    print(f"# shows: {what}")
    print("# recorded by tests/record.py")
    for path in sorted(path for pattern in PATTERNS for path in glob.glob(pattern)):
        try:
            print(f"{path}\t{escape(content_of(path))}")
        except PermissionError:
            print(f"# not readable: {path}")
        except OSError as error:
            print(f"# not readable: {path}: {os.strerror(error.errno)}")


if __name__ == "__main__":
    main()
