// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CatalogModel } from "../src/api/types";
import { WORLD, studyPlace } from "../src/state/pricing";
import { counts, filesOf, names, sweepOf } from "../src/state/sweeping";
import { report } from "./sample";

test("lists are read as people type them, each item once, or refused", () => {
  assert.deepEqual(counts("1, 2,2 4"), [1, 2, 4]);
  assert.deepEqual(counts("  "), []);
  for (const bad of ["0", "1.5", "x", "2000", "-1", "1;2", Array.from({ length: 17 }, (_, i) => i + 1).join(",")])
    assert.equal(counts(bad), null, bad);
  assert.deepEqual(names("best, none"), ["best", "none"]);
  assert.equal(names("x".repeat(33)), null);
});

test("what is left empty is the server's own choice", () => {
  assert.deepEqual(sweepOf({ threads: "", batch: "1,8", delegate: "" }), { batch: [1, 8] });
  assert.equal(sweepOf({ threads: "none", batch: "", delegate: "" }), null);
});

const file = (id: string, sha256: string, part: Partial<CatalogModel> = {}): CatalogModel =>
  ({ id, name: id.split(":")[0] ?? "", precision: id.split(":")[1] ?? "", sha256, here: true, origin: "bundled", ...part }) as CatalogModel;

test("a sweep takes the files of one model that are here, the report's own first", () => {
  const own = "0".repeat(64); // as the sample's models have it
  const catalog = [file("large:int8", "1"), file("large:float32", own), file("large:float16", "2", { here: false }), file("small:int8", "3")];
  assert.deepEqual(filesOf(report(), "large:float32", catalog).map((f) => f.id), ["large:float32", "large:int8"]);
  assert.deepEqual(filesOf(report(), "large:float32", catalog.slice(0, 1)), [], "its own file is not here");
  assert.deepEqual(filesOf(report(), "nobody", catalog), []);
});

test("a new study is priced by the year of a place, with the lifetime", () => {
  const place = studyPlace({ ...WORLD, zone: "GB", hour: "2026-11-28T20:00Z", lifetime_years: 6 });
  assert.deepEqual(place, { zone: "GB", pue: 1, embodied: true, lifetime_years: 6, requests_per_day: 0 });
  assert.equal("zone" in studyPlace(WORLD), false);
});
