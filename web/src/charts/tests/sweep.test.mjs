// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { chartsEn } from "../../messages/charts.en";
import { chartsKo } from "../../messages/charts.ko";
import { reference } from "../../report";
import { adviceWords, kneeWords, sweepTable } from "../sweep";
import { adviceOf, frontOf, sweepPoints } from "../sweep_data";
import { model, pair, report } from "./sample.mjs";

const setting = (name, joules, seconds, threads, batch, precision = "float32") => {
  const made = model(name, joules, { accuracy: { top1: precision === "int8" ? 0.8 : 0.82 } });
  return {
    ...made,
    precision,
    settings: { threads, batch, delegate: null, reserved_cpus: threads },
    engine: { delegate: "xnnpack" },
    energy: { ...made.energy, inference_s: seconds },
  };
};

/** The default, a knee that is advised, the fastest, and one that is beaten. */
function swept(verdict = "higher", { best = "b", knee = "b" } = {}) {
  const models = [
    setting("a", 8, 1, 1, 1),
    setting("b", 2, 0.5, 1, 4, "int8"),
    setting("c", 3, 0.25, 2, 8, "int8"),
    setting("d", 9, 2, 2, 1),
  ];
  const made = report(models, { comparison: [pair("a", "b", 4, verdict), pair("a", "c", 8 / 3, "higher"), pair("a", "d", 0.9, "lower")] });
  const front = [
    { name: "b", item_j: 2, items_per_s: 2 },
    { name: "c", item_j: 3, items_per_s: 4 },
  ];
  return { ...made, sweep: { default: "a", front, knee, knee_words: null, best, advice: "-" } };
}

test("a report that is of no sweep has no points, and the front is the report's own", () => {
  assert.deepEqual(sweepPoints(report([model("a", 1)])), []);
  const points = sweepPoints(swept());
  assert.equal(points.length, 4);
  assert.deepEqual(frontOf(points).map((point) => point.model.name), ["b", "c"]);
  assert.deepEqual(points.map((point) => point.roles), [["default"], ["knee", "best"], [], []]);
  assert.equal(points[1].items_per_s, 2);
});

test("others are held against the sweep's default, whatever is most accurate", () => {
  assert.equal(reference(swept(), undefined), "a");
  assert.equal(reference(swept(), "c"), "c");
});

test("the advice names setting, share, interval, verdict and price, in both languages", () => {
  const made = swept();
  const words = adviceWords(made, sweepPoints(made), chartsEn);
  assert.match(words, /^Take 1 thread, batch 4, xnnpack, int8: 25.% of the default's energy an item/);
  assert.match(words, /likely lower, estimated\); an answer after .* in place of .*, 2.00 items\/s in place of 1.00, accuracy 80.0 % in place of 82.0 %\.$/);
  assert.match(adviceWords(made, sweepPoints(made), chartsKo), /^권하는 설정: 스레드 1개, 배치 4/);
});

test("without a verdict the default is kept, and what is open is told", () => {
  const open = swept("unresolved", { best: null });
  const advice = adviceOf(open, sweepPoints(open));
  assert.equal(advice.kind, "keep");
  assert.equal(advice.open.batch, 4);
  assert.match(adviceWords(open, sweepPoints(open), chartsEn), /^Keep the default .* surely .* Fewest joules: 1 thread, batch 4.*not resolved/);
  const none = swept("higher", { best: null });
  assert.equal(adviceOf(none, sweepPoints(none)).open, null, "what has a verdict is not open");
  const running = { ...swept(), sweep: { default: "a" } };
  assert.equal(adviceOf(running, sweepPoints(running)).kind, "running");
});

test("the knee is told, or that there is none", () => {
  const made = swept();
  assert.match(kneeWords(made, sweepPoints(made), chartsEn), /^The knee of the front is 1 thread, batch 4/);
  const straight = swept("higher", { knee: null });
  assert.equal(kneeWords(straight, sweepPoints(straight), chartsEn), chartsEn.sweepNoKnee);
  const own = swept("higher", { knee: "a" });
  assert.equal(kneeWords(own, sweepPoints(own), chartsEn), chartsEn.sweepKneeDefault);
});

test("the table has a row a setting, with what it is", () => {
  const { columns, rows } = sweepTable(sweepPoints(swept()), chartsEn);
  const at = (key) => columns.findIndex((column) => column.key === key);
  assert.deepEqual(rows.map((row) => row[at("role")]), ["default", "knee, advised", null, null]);
  assert.deepEqual(rows.map((row) => row[at("batch")]), [1, 4, 8, 1]);
  assert.equal(rows[3][at("front")], "beaten in both");
  assert.equal(rows[1][at("of_default_ratio")], 0.25);
  assert.equal(rows[0][at("verdict")], null);
});
