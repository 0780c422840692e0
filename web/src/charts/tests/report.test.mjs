// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { boundary, carbonGroups, isProvisional, modelCarbon, pairOf, reference } from "../../report";
import { failed, model, pair, report } from "./sample.mjs";

const near = (actual, wanted) => assert.ok(Math.abs(actual - wanted) < 1e-9, `${actual} is not ${wanted}`);

test("the whisker scales operational grams by the rounds and holds manufacturing fixed", () => {
  const carbon = modelCarbon(model("a", 2));
  near(carbon.value, 3);
  near(carbon.statistical.low, 3 - 2 * 0.1);
  near(carbon.statistical.high, 3 + 2 * 0.1);
});

test("the systematic bounds add manufacturing in quadrature, each side for itself", () => {
  const carbon = modelCarbon(model("a", 2));
  near(carbon.systematic.low, 3 - Math.hypot(2 * 0.5, 2 * 0.375));
  near(carbon.systematic.high, 3 + Math.hypot(2 * 1, 2 * 0.75));
});

test("without manufacturing the systematic bounds are those of the joules", () => {
  const bare = model("a", 2);
  bare.footprint.embodied_g = null;
  bare.footprint.per_inference_g = { value: 2, low: 1, high: 4 };
  const carbon = modelCarbon(bare);
  near(carbon.systematic.low, 1);
  near(carbon.systematic.high, 4);
});

test("a bound that is not known stays unknown", () => {
  const open = model("a", 2);
  open.energy.gross.per_inference_j.statistical = { low: null, high: null };
  assert.deepEqual(modelCarbon(open).statistical, { low: null, high: null });
});

test("a model without carbon has none, not zero", () => {
  const unknown = model("a", 2, { footprint: null });
  assert.equal(modelCarbon(unknown), null);
  assert.equal(modelCarbon(failed("b")), null);
  const nothing = model("c", 2, { energy: { method: "unavailable", parts: [], reason: "busy", rounds_void: 3 } });
  assert.equal(modelCarbon(nothing), null);
});

test("ways of knowing stand apart, least first within each", () => {
  const groups = carbonGroups(
    report([model("big", 9), model("counted", 5, { method: "measured" }), failed("bad"), model("small", 1)]),
  );
  assert.deepEqual(
    groups.map(({ method, models }) => [method, models.map(({ name }) => name)]),
    [
      ["measured", ["counted"]],
      ["estimated", ["small", "big"]],
    ],
  );
});

test("a boundary is that of the models of one method", () => {
  const both = report([model("a", 1, { method: "mixed" }), model("b", 1)]);
  assert.deepEqual(boundary(both, "mixed"), { measured: ["cpu"], estimated: ["memory"] });
  assert.deepEqual(boundary(both, "estimated"), { measured: [], estimated: ["cpu", "memory"] });
});

test("a pair is found either way round, and turned with its bounds and verdict", () => {
  const both = report([model("a", 1), model("b", 4)], { comparison: [pair("a", "b", 0.25, "lower")] });
  assert.equal(pairOf(both, "a", "b").verdict, "lower");
  const turned = pairOf(both, "b", "a");
  assert.equal(turned.verdict, "higher");
  near(turned.ratio, 4);
  near(turned.statistical.low, 1 / (1.1 * 0.25));
  near(turned.statistical.high, 1 / (0.9 * 0.25));
  near(turned.carbon_ratio, 4);
  assert.equal(pairOf(both, "a", "c"), null);
});

test("models are held against the chosen one, else the most accurate, else the largest", () => {
  const models = [model("a", 1), model("b", 4), failed("bad")];
  const front = { dataset: "d", split: "test", most_accurate: "a", models: [], not_on_axis: [] };
  assert.equal(reference(report(models, { pareto: [front] }), "b"), "b");
  assert.equal(reference(report(models, { pareto: [front] }), "bad"), "a");
  assert.equal(reference(report(models), undefined), "b");
  assert.equal(reference(report([failed("bad")]), undefined), null);
});

test("only a running study is provisional", () => {
  assert.equal(isProvisional(report([], { reason: "running" })), true);
  assert.equal(isProvisional(report([], { reason: "interrupted" })), false);
});
