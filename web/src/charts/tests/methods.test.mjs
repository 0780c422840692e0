// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { chartsEn } from "../../messages/charts.en";
import { chartsKo } from "../../messages/charts.ko";
import { axisEnds, gramsUnit, methodsRows, methodsSummary, methodsTable, productWords } from "../methods_data";

const spaced = (text) => text.replaceAll("\u00a0", " ");

const answer = (id, grams, ratio, within, more = {}) => ({
  id, name: id, version: "1.0", checked: "its own functions", why: null, cpu_j: 0.002, memory_j: null, gpu_j: null, joules: 0.002,
  pue: 1.5, intensity_g_per_kwh: 400, place: "KR", year: 2023, co2e_g: grams, of_miev_ratio: ratio, within_miev: within,
  power_model: "half the TDP", ...more,
});
const silent = (id) => ({ id, name: id, version: "2", checked: "its source", why: "it knows no figure for this place" });
const own = {
  version: "0.1", joules: 0.001, grams: { value: 1e-7, low: 5e-8, high: 2e-7 }, pue: 1, intensity_g_per_kwh: 360, zone: "South Korea",
  year: 2025, method: "estimated",
};

test("the sentence counts answers, their range and those inside", () => {
  const told = { own, others: [answer("a", 3e-7, 3, false), answer("b", 1.2e-7, 1.2, true), silent("c")] };
  assert.equal(methodsSummary(told, chartsEn), "Of 3 tools 2 have an answer, 1.20 to 3.00 times MIEV's; 1 lies inside its interval.");
  assert.match(methodsSummary(told, chartsKo), /3개 중 2개.*1\.20~3\.00배.*1개가 MIEV의 구간 안/);
});

test("one answer has no range, and no answer is said to be none", () => {
  assert.match(methodsSummary({ own, others: [answer("a", 3e-7, 3, false)] }, chartsEn), /1 has an answer, 3\.00 times MIEV's; none lies/);
  assert.equal(methodsSummary({ own, others: [silent("c")] }, chartsEn), chartsEn.methodsNone(1));
  const without = { own: { ...own, grams: null }, others: [answer("a", 3e-7, null, null)] };
  assert.equal(methodsSummary(without, chartsEn), chartsEn.methodsNone(1));
  assert.equal(methodsRows(without, chartsEn)[0].grams, "–");
});

test("one prefix serves MIEV and every tool", () => {
  const told = { own, others: [answer("a", 3e-7, 3, false), silent("c")] };
  const rows = methodsRows(told, chartsEn);
  assert.equal(gramsUnit(told).name, "ng");
  assert.deepEqual(rows.map(({ name, grams, range, ratio }) => [name, grams, range, ratio]), [
    ["MIEV 0.1", "100", "(50.0 to 200)", "1"], ["a 1.0", "300", null, "3.00"], ["c 2", "–", null, "–"]]);
  assert.equal(rows[2].how, "no answer: it knows no figure for this place");
  assert.deepEqual(rows.map(({ checked }) => checked), [null, "its own functions", "its source"]);
  assert.equal(methodsRows({ own, others: [answer("b", 1e-7, 1, true)] }, chartsEn)[1].ratio, "1.00 (inside)");
});

test("the axis holds the interval and every answer above nothing", () => {
  const unit = { name: "g", size: 1 };
  assert.deepEqual(axisEnds({ own, others: [answer("a", 3e-6, 30, false), answer("z", 0, 0, false), silent("c")] }, unit), [5e-8, 3e-6]);
  assert.deepEqual(axisEnds({ own: { ...own, grams: { value: 1e-7, low: -1e-8, high: 2e-7 } }, others: [] }, unit), [1e-7, 2e-7]);
  assert.equal(axisEnds({ own: { ...own, grams: null }, others: [silent("c")] }, unit), null);
});

test("a figure is told as joules times PUE times grid, as far as the tool has them", () => {
  assert.equal(spaced(productWords(answer("a", 1, 1, true))), "2.00 mJ × PUE 1.50 × 400 g/kWh, KR 2023");
  assert.equal(spaced(productWords(answer("a", 1, 1, true, { joules: null, year: null }))), "PUE 1.50 × 400 g/kWh, KR");
});

test("the files have every figure unrounded and a column for each", () => {
  const table = methodsTable({ own, others: [answer("a", 3.123456e-7, 3, false), silent("c")] }, chartsEn);
  const at = (row, key) => table.rows[row][table.columns.findIndex((column) => column.key === key)];
  for (const row of table.rows) assert.equal(row.length, table.columns.length);
  assert.equal(at(0, "low_g"), 5e-8);
  assert.equal(at(1, "co2e_g"), 3.123456e-7);
  assert.equal(at(1, "within_miev"), false);
  assert.deepEqual([at(2, "no_answer"), at(2, "checked"), at(2, "co2e_g")], ["it knows no figure for this place", "its source", null]);
});
