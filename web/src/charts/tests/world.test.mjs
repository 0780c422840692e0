// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { geoArea } from "d3-geo";
import { feature } from "topojson-client";

const folder = mkdtempSync(join(tmpdir(), "miev-map-"));
after(() => rmSync(folder, { recursive: true }));

const script = join(CHARTS_FOLDER, "../../map/make.mjs");
const out = join(folder, "world.json");
const made = spawnSync(process.execPath, [script, out], { encoding: "utf8" });
const text = made.status === 0 ? readFileSync(out, "utf8") : "";
const world = text === "" ? null : JSON.parse(text);

test("the map is made, and small", () => {
  assert.equal(made.status, 0, made.stderr);
  assert.ok(text.length < 100_000, `${text.length} bytes`);
});

test("countries have ISO codes of three letters, Kosovo too, and Antarctica is gone", () => {
  const ids = world.objects.zones.geometries.map(({ id }) => id);
  for (const id of ["KOR", "FRA", "NOR", "XKX", "ESH", "TWN"]) assert.ok(ids.includes(id), id);
  assert.ok(!ids.includes("ATA"));
  const known = ids.filter((id) => id !== undefined);
  assert.equal(new Set(known).size, known.length, "no code twice");
  assert.ok(known.every((id) => /^[A-Z]{3}$/.test(id)));
});

test("every arc is used, and none is missing", () => {
  const used = new Set(
    world.objects.zones.geometries.flatMap(({ arcs }) => arcs.flat(Infinity)).map((arc) => (arc < 0 ? ~arc : arc)),
  );
  assert.deepEqual(
    [...used].sort((a, b) => a - b),
    world.arcs.map((_, i) => i),
  );
});

test("shapes are wound the right way: a country is no hole in the whole globe", () => {
  for (const shape of feature(world, world.objects.zones).features)
    assert.ok(geoArea(shape) < Math.PI, shape.properties.name);
});

test("without a name for the file the script says how it is called", () => {
  const refused = spawnSync(process.execPath, [script], { encoding: "utf8" });
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /usage: node map\/make\.mjs OUT\.json/);
});
