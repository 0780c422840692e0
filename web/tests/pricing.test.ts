// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Zone } from "../src/api/types";
import { WORLD, alternativesQuery, atPlace, fromDay, perDay, placesQuery, pricingOf, pricingQuery, typedNumber } from "../src/state/pricing";
import { readSettings } from "../src/state/settings";
import { report } from "./sample";

const zone = (id: string, name: string): Zone =>
  ({ id, iso2: id, iso3: null, name, intensity_g_per_kwh: 1, year: 2025, aggregate: false });
const ZONES = [zone("World", "World"), zone("KR", "South Korea")];

test("a price names everything, so that nothing of the report's own stays", () => {
  assert.equal(pricingQuery(WORLD), "?zone=World&pue=1&embodied=true&requests_per_day=0");
  assert.equal(pricingQuery({ ...WORLD, intensity: 30, embodied: false }),
    "?intensity_g_per_kwh=30&pue=1&embodied=false&requests_per_day=0");
  assert.equal(pricingQuery(null), "");
});

test("a lifetime and an hour are told only where there is one", () => {
  const planned = { ...WORLD, zone: "GB", lifetime_years: 6, hour: "2026-11-28T20:00Z" };
  const query = new URLSearchParams(pricingQuery(planned));
  assert.equal(query.get("lifetime_years"), "6");
  assert.equal(query.get("hour"), "2026-11-28T20:00Z");
  assert.equal(new URLSearchParams(placesQuery(planned)).get("hour"), null, "places are priced by the year");
  assert.equal(new URLSearchParams(pricingQuery({ ...planned, intensity: 30 })).get("hour"), null);
  assert.equal(new URLSearchParams(alternativesQuery(planned, { model: "a b" })).get("hour"), null);
  assert.equal(new URLSearchParams(alternativesQuery(planned, { model: "a b" })).get("model"), "a b");
  assert.equal(alternativesQuery(null, { model: "a" }), "model=a");
  assert.deepEqual(atPlace(planned, "KR"), { ...planned, zone: "KR", hour: null });
});

test("a plan of one's own is found in the report, and a usual range is none", () => {
  const embodied = (low: number, high: number) => ({ machine_class: "server" as const, machine_g: { value: 1, low: 1, high: 1 },
    lifetime_s: { value: low, low, high }, share: 1, host_logical_cpus: 1, host_logical_cpus_low: 1, host_logical_cpus_high: 1,
    host_guessed: false, source: "" });
  const priced = (low: number, high: number) =>
    pricingOf({ ...report(), site: { ...report().site, embodied: embodied(low * 31557600, high * 31557600) } }, ZONES).lifetime_years;
  assert.equal(priced(6, 6), 6);
  assert.equal(priced(3, 5), null);
});

test("places are asked for without a place", () => {
  assert.equal(placesQuery({ ...WORLD, zone: "KR", pue: 1.2 }), "?pue=1.2&embodied=true&requests_per_day=0");
  assert.equal(placesQuery(null), "");
});

test("the controls begin where the report was priced", () => {
  const at = (site: object) => pricingOf({ ...report(), site: { ...report().site, ...site } }, ZONES);
  assert.equal(at({ zone: "South Korea", default: false }).zone, "KR");
  assert.equal(at({ zone: "World", default: true }).intensity, null);
  const own = at({ zone: "custom", intensity_g_per_kwh: 30, default: false, pue: 1.3, embodied: null });
  assert.deepEqual(own, { ...WORLD, intensity: 30, pue: 1.3, embodied: false });
});

test("requests are the same a second, a minute and a day", () => {
  assert.equal(perDay(1, "second"), 86400);
  assert.equal(fromDay(1440, "minute"), 1);
  assert.equal(fromDay(perDay(0.3, "minute"), "minute"), 0.3);
});

test("a number is taken as people type it, or not at all", () => {
  for (const [words, value] of [["1.5", 1.5], ["1,5", 1.5], [" 2 ", 2], [".5", 0.5], ["3.", 3], ["1e3", 1000]] as const)
    assert.equal(typedNumber(words, 0, 5000), value, words);
  for (const words of ["", "abc", "1.2.3", "-1", "0x10", "NaN", "Infinity", "6000", "1 2"])
    assert.equal(typedNumber(words, 0, 5000), null, words);
});

test("settings of a stranger are not taken", () => {
  const good = { pricing: WORLD, per: "day", budget_s: 60 };
  assert.deepEqual(readSettings(good), good);
  const { lifetime_years: _, hour: __, ...older } = WORLD;
  assert.deepEqual(readSettings({ ...good, pricing: older }), good, "what an older page kept");
  assert.equal(readSettings({ ...good, pricing: { ...WORLD, lifetime_years: 1e9 } })?.pricing.lifetime_years, null);
  for (const bad of [null, 5, {}, { ...good, per: "year" }, { ...good, budget_s: "60" }, { ...good, budget_s: 1e9 },
    { ...good, pricing: { ...WORLD, pue: 0 } }, { ...good, pricing: { ...WORLD, zone: "x".repeat(99) } }])
    assert.equal(readSettings(bad), null, JSON.stringify(bad));
});
