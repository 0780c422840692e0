# SPDX-License-Identifier: Apache-2.0
"""Joules of a job by the watts that a report of this machine found, so that jobs whose energy no
counter can tell apart compare: idle watts of the machine x time + watts of a busy CPU x CPU time.
"""


def joules(report, elapsed_s, cpu_s):
    spans = [model["energy"]["attribution"] for model in report["models"]]
    idle_w = [sum(c["idle_j"] for c in span["channels"]) / span["span_s"] for span in spans]
    busy_w = [sum(c["net_joules"] for c in span["channels"]) / span["work_cpu_s"] for span in spans]
    return sum(idle_w) / len(spans) * elapsed_s + sum(busy_w) / len(spans) * cpu_s
