# SPDX-License-Identifier: Apache-2.0
"""Tables of places come out of their sources' files as they stand in data/."""

import csv
import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load():
    loader = importlib.machinery.SourceFileLoader("rebuild_data", str(ROOT / "scripts" / "rebuild-data"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("rebuild_data", loader))
    loader.exec_module(module)
    return module


REBUILD = load()


def table(name):
    with open(ROOT / "data" / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def written(rows):
    file = tempfile.NamedTemporaryFile("w", suffix=".csv", newline="")
    csv.writer(file).writerows(rows)
    file.flush()
    return file


class Tables(unittest.TestCase):
    def test_countries_come_out_of_the_grapher_file(self):
        rows = [("Entity", "Code", "Year", "Carbon intensity")]
        rows += [(r["name"], r["iso3"], r["year"], r["gco2e_per_kwh"]) for r in table("grid_country_year.csv")]
        rows.append(("Burundi", "BDI", "2012", "0"))
        with written(rows) as file:
            self.assertEqual(REBUILD.owid(file.name),
                             (ROOT / "data" / "grid_country_year.csv").read_text(encoding="utf-8"))

    def test_states_and_subregions_come_out_of_the_sheets(self):
        def lb(row):
            return f"{float(row['gco2e_per_kwh']) * 1000 / REBUILD.G_PER_MWH_OF_LB:,.4f}"
        rows = table("grid_us_egrid.csv")
        states = [("State", "rate"), ("PSTATABB", "STC2ERTA")]
        states += [(r["id"][3:], lb(r)) for r in rows if r["kind"] == "state"] + [("PR", "1.0")]
        parts = [("Subregion", "name", "rate"), ("SUBRGN", "SRNAME", "SRC2ERTA")]
        parts += [(r["id"], r["name"], lb(r)) for r in rows if r["kind"] == "subregion"]
        with written(states) as first, written(parts) as second:
            self.assertEqual(REBUILD.egrid(first.name, second.name),
                             (ROOT / "data" / "grid_us_egrid.csv").read_text(encoding="utf-8"))

    def test_cards_come_out_of_their_figures(self):
        self.assertEqual(REBUILD.cards(), (ROOT / "data" / "embodied_gpu.csv").read_text(encoding="utf-8"))
        self.assertEqual(table("embodied_gpu.csv")[-1]["card"], "any")  # the last resort stands last

    def test_times_come_out_of_the_benchmarks(self):
        head = ("model", "infer_samples_per_sec", "infer_step_time", "infer_batch_size", "infer_img_size")
        told = table("imagenet_time.csv")
        files = []
        for processor, *_ in REBUILD.PROCESSORS:
            rows = {(r["model"], "", r["ms"], "1", r["input_px"]) for r in told if r["processor"] == processor}
            rows |= {("resnet50", "", "1", "256", "224"), ("resnet18", "", "1", "1", "288")}  # neither is taken
            files.append(written([head, *rows]))
        with files[0] as first, files[1] as second:
            self.assertEqual(REBUILD.times(first.name, second.name),
                             (ROOT / "data" / "imagenet_time.csv").read_text(encoding="utf-8"))

    def test_a_ring_is_walked_through_shared_arcs_in_both_directions(self):
        topology = {"transform": {"scale": [0.01, 0.01], "translate": [-1, 2]},
                    "arcs": [[[0, 0], [100, 0]], [[0, 0], [50, 50], [50, -50]]]}
        self.assertEqual(list(REBUILD.rings(topology, [[0, ~1]])),
                         [[(-100, 200), (0, 200), (-50, 250), (-100, 200)]])

