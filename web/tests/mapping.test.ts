// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { likelyLabels, mappingOf, matchingLabels, plainLabels, unknownFolders } from "../src/state/mapping";

const LABELS = ["tabby cat", "tiger cat", "Egyptian cat", "golden retriever", "catamaran", "wine glass", "tench, Tinca tinca"];

test("a folder is known by its label in any case, or by the number of an output", () => {
  assert.deepEqual(unknownFolders(["Tabby Cat", "golden_retriever", "6", "7", "cats", "Tinca Tinca"], LABELS), ["golden_retriever", "7", "cats"]);
  assert.deepEqual(unknownFolders(["0", "cats"], null), ["cats"], "without labels, numbers only");
});

test("a name that differs in punctuation alone needs no choice", () => {
  assert.deepEqual(plainLabels("golden_retriever", LABELS), ["golden retriever"]);
  assert.deepEqual(plainLabels("cats", LABELS), []);
});

test("labels that hold the words of the folder's name are offered first", () => {
  assert.deepEqual(likelyLabels("cats", LABELS), ["tabby cat", "tiger cat", "Egyptian cat"]);
  assert.deepEqual(likelyLabels("wine_glass", LABELS), ["wine glass"]);
  assert.deepEqual(likelyLabels("--", LABELS), []);
});

test("what is typed is found anywhere, at the beginning first", () => {
  assert.deepEqual(matchingLabels(LABELS, " CAT"), ["catamaran", "tabby cat", "tiger cat", "Egyptian cat"]);
  assert.equal(matchingLabels(LABELS, "").length, LABELS.length);
});

test("nothing is sent where all folders are known, else each; one without a label is left out by it", () => {
  assert.equal(mappingOf(["tiger cat"], [], {}), null);
  assert.deepEqual(mappingOf(["cats", "tiger cat", "bikes"], ["cats", "bikes"], { cats: ["tabby cat"], other: ["x"] }),
    { cats: ["tabby cat"], "tiger cat": ["tiger cat"], bikes: [] });
});
