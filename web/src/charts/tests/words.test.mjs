// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { chartsEn } from "../../messages/charts.en";
import { chartsKo } from "../../messages/charts.ko";
import { carbonSummary } from "../carbon";
import { choices, paretoSummary } from "../pareto_words";
import { predictionsSummary } from "../predictions";
import { ratioWords } from "../ratios";
import { inferenceShare } from "../stages";
import { ratioSentence } from "../totals";
import { against, failed, model, pair, report } from "./sample.mjs";

/** Numbers and units are joined by a space that does not break; here any space will do. */
const spaced = (text) => text.replaceAll("\u00a0", " ");

const front = (models) => ({ dataset: "CIFAR-10", split: "test", most_accurate: "A", not_on_axis: [], models });
const onFront = (name, top1, grams, held, position = "front") => ({
  name,
  top1,
  per_inference_g: grams,
  position,
  dominated_by: [],
  against_most_accurate: held,
});

test("a model is told by what it keeps and the share of carbon that it emits", () => {
  const set = front([onFront("A", 0.9, 10, null), onFront("B", 0.892, 1.6, against(-0.008, 0.16, "lower", false))]);
  assert.equal(
    spaced(paretoSummary(set, chartsEn)),
    "B keeps all but 0.8 points (0.5 to 1.1) of A's accuracy and emits 16 % of its carbon (14.4 to 17.6 %: lower, measured).",
  );
});

test("accuracies that are not told apart are said to be so, and an open verdict stays open", () => {
  const set = front([
    onFront("A", 0.9, 10, null),
    onFront("B", 0.899, 2, against(-0.001, 0.2, "unresolved"), "unresolved"),
  ]);
  assert.match(spaced(paretoSummary(set, chartsEn)), /0\.1 points \(−0\.2 to 0\.4, not told apart\)/);
  assert.match(spaced(paretoSummary(set, chartsEn)), /not resolved by this study, estimated/);
  assert.doesNotMatch(spaced(paretoSummary(set, chartsEn)), /likely/);
});

test("the choices are the nearest settled saving and the largest saving, never a dominated model", () => {
  const set = front([
    onFront("A", 0.9, 10, null),
    onFront("open", 0.89, 5, against(-0.01, 0.5, "unresolved"), "unresolved"),
    onFront("near", 0.88, 4, against(-0.02, 0.4, "lower")),
    onFront("least", 0.7, 1, against(-0.2, 0.1, "lower")),
    onFront("beaten", 0.6, 0.5, against(-0.3, 0.05, "lower"), "dominated"),
  ]);
  assert.deepEqual(
    choices(set).map(({ name }) => name),
    ["near", "least"],
  );
});

test("one model alone, and none worth a choice", () => {
  assert.equal(
    spaced(paretoSummary(front([onFront("A", 0.9, 1, null)]), chartsEn)),
    "A is the only model on this axis: 90 % right.",
  );
  const none = front([onFront("A", 0.9, 1, null), onFront("B", 0.8, 2, against(-0.1, 2, "higher"), "dominated")]);
  assert.match(paretoSummary(none, chartsEn), /^No model emits less than A/);
});

test("carbon is told as a share with its verdict, never as so many times less", () => {
  const both = report([model("A", 10), model("B", 1)], { comparison: [pair("B", "A", 0.1, "lower")] });
  const words = spaced(carbonSummary(both, chartsEn));
  assert.match(words, /^B emits least: 1\.50 t CO₂e per million inferences \(South Korea in 2025\)/);
  assert.match(words, /10 % of A's carbon \(energy: likely lower\)/);
  assert.doesNotMatch(words, /times|x less/);
});

test("measured and estimated models are never ranked against each other", () => {
  const both = report([model("A", 10, { method: "measured" }), model("B", 1)]);
  const words = spaced(carbonSummary(both, chartsEn));
  assert.doesNotMatch(words, /of A's carbon|of B's carbon|emits least/);
  assert.match(words, /not ranked against each other/);
  assert.match(carbonSummary(both, chartsKo), /순위를 매기지 않습니다/);
});

test("nothing known is said plainly", () => {
  assert.equal(carbonSummary(report([failed("bad")]), chartsEn), "No model has a carbon figure.");
  assert.equal(predictionsSummary(report([failed("bad")]), chartsEn), "No model gave an answer.");
});

test("verdicts: lower, equivalent within 3 %, unresolved, and likely where estimated", () => {
  const words = (verdict, likely) => spaced(ratioWords(pair("B", "A", 0.16, verdict, likely), chartsEn));
  assert.equal(words("lower", true), "16 % of A's carbon; energy: likely lower");
  assert.equal(words("equivalent", false), "16 % of A's carbon; energy: equivalent within 3 %");
  assert.equal(words("unresolved", true), "16 % of A's carbon; energy: not resolved by this study");
});

test("a saving is told with the use that would cancel it", () => {
  assert.match(
    spaced(ratioSentence(1 / 6.1, "A", chartsEn)),
    /16\.4 % of A's carbon; the saving is cancelled if it is used 6\.10 times as often/,
  );
  assert.match(ratioSentence(0.999, "A", chartsEn), /hardly matters/);
  assert.doesNotMatch(ratioSentence(2, "A", chartsEn), /cancelled/);
});

test("the share of inference in a request leaves out the load, and is unknown where a stage is", () => {
  assert.equal(inferenceShare(model("a", 2)), 0.25);
  const open = model("a", 2);
  open.stages[0].gross_j = null;
  assert.equal(inferenceShare(open), null);
});

test("first answers are counted, most first", () => {
  const dog = { predictions: [{ label: "dog", index: 5, score: 0.9 }] };
  const words = predictionsSummary(report([model("a", 1, dog), model("b", 1), model("c", 1), failed("bad")]), chartsEn);
  assert.equal(words, "First answers to cat.jpg: cat (2 models), dog (1 model).");
});
