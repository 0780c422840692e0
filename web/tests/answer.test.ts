// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { alternativesTo, answerOf, disturbed, fastest } from "../src/state/answer";
import { isMeasured } from "../src/report";
import { report } from "./sample";

test("the answer holds the least against the most, and names what keeps the accuracy", () => {
  const answer = answerOf(report());
  assert.equal(answer.kind, "share");
  if (answer.kind !== "share") return;
  const { share } = answer;
  assert.deepEqual([share.low.name, share.high.name, share.ratio], ["small", "large:float32", 0.01]);
  assert.equal(share.top1_difference?.value, -0.2);
  assert.deepEqual(share.keeps, { name: "large:int8", ratio: 0.1 });
});

test("where the intervals leave the least open, one that nothing beats is named", () => {
  const open = report();
  for (const model of open.pareto[0]?.models ?? []) if (model.name === "small") model.position = "unresolved";
  const answer = answerOf(open);
  assert.equal(answer.kind === "share" && answer.share.low.name, "large:int8");
});

test("where only the most is on the front, the least is held against it all the same", () => {
  const open = report();
  for (const model of open.pareto[0]?.models ?? [])
    model.position = model.name === "large:float32" ? "front" : "unresolved";
  const answer = answerOf(open);
  assert.equal(answer.kind === "share" && answer.share.low.name, "small");
});

test("one model is told by itself, and none by nothing", () => {
  const one = report();
  one.models = one.models.slice(0, 1);
  one.comparison = [];
  assert.equal(answerOf(one).kind, "one");
  assert.equal(answerOf({ ...one, models: [{ name: "bad", precision: "", error: { code: "invalid", message: "no" } }] }).kind, "none");
});

test("measured and estimated models are never held against each other", () => {
  const both = report();
  const small = both.models[2];
  if (small && isMeasured(small)) small.energy = { ...small.energy, method: "measured" } as typeof small.energy;
  assert.equal(answerOf(both).kind, "one");
});

test("alternatives emit less, the largest saving first, and tell the same model in another precision", () => {
  const found = alternativesTo(report(), "large:float32");
  assert.deepEqual(found.map((other) => [other.name, other.ratio, other.same_model]),
    [["small", 0.01, false], ["large:int8", 0.1, true]]);
  assert.deepEqual(alternativesTo(report(), "small"), []);
});

test("the fastest is by median latency; a slow round is told as disturbed", () => {
  const slow = report();
  assert.equal(fastest(slow)?.name, "small");
  assert.equal(disturbed(slow), false);
  const [first] = slow.models;
  if (first && isMeasured(first) && first.energy.method !== "unavailable") first.energy.inference_s = 13;
  assert.equal(disturbed(slow), true);
});
