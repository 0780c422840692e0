// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { chartsEn } from "../../messages/charts.en";
import { toCsv, toJson } from "../export";
import { quantile } from "../latency";
import { pricedPlaces, zonesTable } from "../place_data";
import { linear, logTicks } from "../scale";
import { matching } from "../table";
import { totals } from "../totals";
import { model, report } from "./sample.mjs";

const table = {
  columns: [
    { key: "model", title: "model" },
    { key: "per_million_g", title: "g", show: (v) => v.toFixed(1) },
  ],
  rows: [
    ["=cmd()", 1.25],
    ['say "hi", you', null],
    ["a\nb", -2],
  ],
};

test("CSV keeps numbers whole, leaves out what is not known, and starts no formula", () => {
  assert.equal(toCsv(table), 'model,per_million_g\r\n\'=cmd(),1.25\r\n"say ""hi"", you",\r\n"a\nb",-2\r\n');
});

test("JSON has null for what is not known", () => {
  assert.deepEqual(JSON.parse(toJson(table)), [
    { model: "=cmd()", per_million_g: 1.25 },
    { model: 'say "hi", you', per_million_g: null },
    { model: "a\nb", per_million_g: -2 },
  ]);
});

test("a search finds rows by every word, as they are shown", () => {
  assert.deepEqual(matching(table, "SAY you"), [table.rows[1]]);
  assert.deepEqual(matching(table, "1.3"), [table.rows[0]]);
  assert.equal(matching(table, "  ").length, 3);
  assert.equal(matching(table, "(").length, 1, "words are no patterns");
});

test("bars stand on a true zero", () => {
  const scale = linear(50, 100, 300);
  assert.equal(scale.at(0), 100);
  assert.equal(scale.at(25), 200);
  assert.equal(scale.ticks[0], 0);
});

test("logarithmic ticks are few, round and within", () => {
  assert.deepEqual(logTicks(0.9, 110, 10), [1, 2, 5, 10, 20, 50, 100]);
  assert.deepEqual(logTicks(0.9, 110, 5), [1, 3, 10, 30, 100]);
  assert.deepEqual(logTicks(1, 1e10, 6), [1, 1e2, 1e4, 1e6, 1e8, 1e10]);
  for (const [low, high] of [
    [4.03, 6.3],
    [7, 7.2],
    [0.05, 0.4],
  ]) {
    const ticks = logTicks(low, high, 8);
    assert.ok(ticks.length >= 2 && ticks.every((t) => t >= low && t <= high), `${low} to ${high}: ${ticks}`);
  }
});

test("quantiles between those of the report are taken on the line; beyond them there is none", () => {
  const latency = { p50_s: 2, distribution: { ratio: [0.1, 0.5, 0.9], seconds: [1, 2, 6] } };
  assert.equal(quantile(latency, 0.5), 2);
  assert.ok(Math.abs(quantile(latency, 0.7) - 4) < 1e-9);
  assert.equal(quantile(latency, 0.1), 1);
  assert.equal(quantile(latency, 0.05), null);
  assert.equal(quantile(latency, 0.95), null);
  assert.equal(quantile({ p50_s: 2 }, 0.5), null);
});

const zone = (name, iso3, grams) => ({
  id: iso3 ?? name,
  iso2: null,
  iso3,
  name,
  year: 2025,
  intensity_g_per_kwh: 100,
  per_inference_g: [grams === null ? null : { value: grams, low: grams, high: grams }],
});

test("places are priced for one model, least first, and those without a figure are left out", () => {
  const places = {
    models: ["a"],
    zones: {
      source: "s",
      basis: "b",
      items: [zone("Much", "MMM", 3e-6), zone("None", "NNN", null), zone("Little", "LLL", 1e-6)],
    },
    regions: { source: "s", basis: "b", note: "", items: [] },
  };
  const priced = pricedPlaces(report([model("a", 1e-6)]), places, "a");
  assert.deepEqual(
    priced.zones.map(({ place, grams }) => [place.name, grams]),
    [
      ["Little", 1],
      ["Much", 3],
    ],
  );
  assert.ok(Math.abs(priced.zones[1].ofHere - 2) < 1e-9);
  assert.equal(zonesTable(priced, places, chartsEn).rows.length, 2);
  assert.equal(pricedPlaces(report([model("b", 1)]), places, "b"), null, "the places know no such model");
  assert.equal(pricedPlaces(report([model("a", 1)]), undefined, "a"), null);
});

test("totals are the report's grams times requests, with ratios to the reference", () => {
  const at = (grams) => ({ requests_per_day: 100, per_request_g: { value: grams, low: grams / 2, high: grams * 2 } });
  const with_rate = (name, grams) => {
    const served = model(name, 1);
    served.footprint.at_rate = at(grams);
    return served;
  };
  const unknown = model("c", 1);
  unknown.footprint.at_rate = { requests_per_day: 100, reason: "no idle power" };
  const [b, a, ...rest] = totals(report([with_rate("a", 4), with_rate("b", 1), unknown]), "a");
  assert.equal(rest.length, 0);
  assert.deepEqual([b.name, b.day.value, b.ratio], ["b", 100, 0.25]);
  assert.equal(b.year.high, 2 * 100 * 365.25);
  assert.equal(a.ratio, null);
});
