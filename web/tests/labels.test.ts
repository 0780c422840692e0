// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report } from "../src/report";
import { badgeSnippets, badgeTitle, labelFile, labelledModels, placeInReport, svgAddress } from "../src/state/labels";
import { parseRoute, routeHash } from "../src/state/route";
import { modelToTell } from "../src/state/other_tools";
import type { Methods } from "../src/told_types";

const svg = '<svg xmlns="http://www.w3.org/2000/svg">\n<title>a&lt;b&gt;_c &amp;amp; "d": energy, 0.1 mJ</title>\n<desc>x</desc></svg>';

const report = (...models: [name: string, sha256?: string][]): Report =>
  ({ models: models.map(([name, sha256]) => ({ name, ...(sha256 && { sha256 }), energy: {} })), comparison: [], pareto: [] }) as unknown as Report;

test("a badge is put into a page with its own title for those who do not see it", () => {
  assert.equal(badgeTitle(svg), 'a<b>_c &amp; "d": energy, 0.1 mJ');
  const { markdown, html } = badgeSnippets(svg, "miev-a.svg");
  assert.equal(markdown, '![a\\<b\\>\\_c &amp; "d": energy, 0.1 mJ](miev-a.svg)');
  assert.equal(html, '<img src="miev-a.svg" alt="a&lt;b&gt;_c &amp;amp; &quot;d&quot;: energy, 0.1 mJ">');
  assert.equal(badgeTitle("no picture"), "");
  assert.equal(decodeURIComponent(svgAddress(svg)), `data:image/svg+xml,${svg}`);
});

test("every form is saved under a name of its own that no folder is in", () => {
  assert.deepEqual(labelFile("../a b:int8", "svg"), { name: "miev-..-a-b-int8.svg", type: "image/svg+xml" });
  const names = (["markdown", "svg", "sci", "codecarbon"] as const).map((form) => labelFile("m", form).name);
  assert.equal(new Set(names).size, 4);
});

test("a model of a report is found again by what the address calls it", () => {
  const one = report(["nano", "a"], ["mine.tflite", "b"], ["세 모델", "c"], ["served"]);
  const catalog = [{ id: "nano", sha256: "a" }, { id: "upload:1", sha256: "b" }, { id: "bare", sha256: null }];
  const all = labelledModels(one, catalog);
  assert.deepEqual(all, [{ name: "nano", model: "nano" }, { name: "mine.tflite", model: "upload:1" },
    { name: "세 모델", model: "2" }, { name: "served", model: "served" }]);
  const sha = (id: string) => catalog.find((model) => model.id === id)?.sha256 ?? null;
  assert.deepEqual(all.map(({ model }) => placeInReport(one, model, sha(model))), [0, 1, 2, 3]);
});

test("a file that was measured in two ways has two labels", () => {
  const two = report(["x one", "a"], ["x two", "a"]);
  const all = labelledModels(two, [{ id: "x", sha256: "a" }]);
  assert.deepEqual(all.map(({ model }) => placeInReport(two, model, null)), [0, 1]);
});

test("a label of another file than the catalog's is not shown as the model's", () => {
  assert.equal(placeInReport(report(["nano", "old"]), "nano", "new"), null);
  assert.equal(placeInReport(report(["nano", "old"]), "micro", null), null);
  assert.equal(placeInReport(report(["nano", "old"]), "7", null), null);
});

test("the form of a label is in its address, and nowhere else", () => {
  const hash = "#/publish/label?model=cifar10-nano:int8&study=12&form=svg";
  assert.equal(routeHash(parseRoute(hash)), hash);
  assert.equal(routeHash(parseRoute("#/publish/label?study=1&form=png")), "#/publish/label?study=1");
  assert.equal(routeHash({ ...parseRoute(hash), step: "measure" } as ReturnType<typeof parseRoute>), "#/publish/measure?model=cifar10-nano:int8&study=12");
});

test("other tools are held against the model that the page has chosen, where it has energy", () => {
  const answer: Methods = { models: ["a", "b"].map((name) => ({ name, inference_s: 1, miev: { joules: 1 }, others: [] })) };
  const of = report(["a"], ["b"], ["c"]);
  assert.equal(modelToTell(answer, of, "b")?.name, "b");
  assert.equal(modelToTell(answer, of, "c")?.name, "a");
  assert.equal(modelToTell(answer, of, undefined)?.name, "a");
  assert.equal(modelToTell({ models: [] }, of, "a"), null);
});
