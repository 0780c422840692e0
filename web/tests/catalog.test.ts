// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CatalogModel, Study, Zone } from "../src/api/types";
import { EVERYTHING, choiceOfStudy, chosenOf, shownModels } from "../src/state/catalog";
import { kindOf, looksLikeAddress } from "../src/state/files";
import { matchingZones, namedZones } from "../src/state/zones";

const model = (id: string, more: Partial<CatalogModel> = {}): CatalogModel => ({
  id, name: id.split(":")[0] ?? "", precision: id.split(":")[1] ?? "as-is", origin: "bundled", format: "tflite", here: true,
  address: null, verified: null, starter: false, task: "image-classification",
  summary: "", publisher: "", source: "", licence: "", bytes: 1, sha256: "", parameters: null, macs: null,
  knows: { classes: 2, first: ["cat", "dog"] }, accuracy: null, last: null, ...more,
});
const last = (value: number) =>
  ({ last: { study: 1, created_unix_s: 0, zone: "", method: "estimated" as const, per_inference_g: { value, low: value, high: value } } });
const MODELS = [model("b10:int8", { bytes: 3 }), model("b9:float32", { bytes: 2, ...last(2) }), model("a:int8", last(1)),
  model("mine", { origin: "uploaded", bytes: 9 })];
const filter = (part: object) => ({ ...EVERYTHING, ...part });
const ids = (part: object) => shownModels(MODELS, filter(part)).map((m) => m.id);

test("models are in order, and what is not known comes last", () => {
  assert.deepEqual(ids({}), ["a:int8", "b9:float32", "b10:int8", "mine"]);
  assert.deepEqual(ids({ order: "carbon" }).slice(0, 2), ["a:int8", "b9:float32"]);
  assert.deepEqual(ids({ order: "size" })[3], "mine");
});

test("the search looks at names and labels, all words of it", () => {
  assert.deepEqual(ids({ words: "DOG b1" }), ["b10:int8"]);
  assert.deepEqual(ids({ precision: "float32" }), ["b9:float32"]);
  assert.deepEqual(ids({ words: "nothing" }), []);
});

test("what is not here, of another task, too large or of no known size is left out when asked", () => {
  const all = [...MODELS, model("far:int8", { here: false, origin: "known", bytes: 4e6, task: "audio", format: "onnx" }),
    model("vast:int8", { here: false, origin: "known", bytes: null })];
  const found = (part: object) => shownModels(all, filter(part)).map((m) => m.id).filter((id) => id === "far:int8" || id === "vast:int8");
  assert.deepEqual(found({}), ["far:int8", "vast:int8"]);
  assert.deepEqual(found({ here: true }), []);
  assert.deepEqual(found({ task: "audio" }), ["far:int8"]);
  assert.deepEqual(found({ most_bytes: 5e6 }), ["far:int8"]);
  assert.deepEqual(found({ most_bytes: 3e6 }), []);
  assert.deepEqual(found({ words: "onnx" }), ["far:int8"]);
  assert.deepEqual(found({ order: "size" }), ["far:int8", "vast:int8"], "an unknown size comes last");
});

test("bundled models are chosen until somebody chooses; one that is gone is not chosen", () => {
  assert.deepEqual([...chosenOf(MODELS, null)], ["b10:int8", "b9:float32", "a:int8"]);
  assert.deepEqual([...chosenOf(MODELS, new Set(["mine", "gone"]))], ["mine"]);
  const elsewhere = model("known:int8", { here: false });
  assert.deepEqual([...chosenOf([elsewhere], new Set(["known:int8"]))], [], "what is not here cannot be measured");
});

test("a study that is opened ticks its models; one whose models are gone leaves the choice", () => {
  const study = (model_ids: string[] | null) => ({ model_ids }) as Study;
  const before = new Set(["b9:float32"]);
  assert.deepEqual([...chosenOf(MODELS, choiceOfStudy(study(["a:int8", "mine"]), before))], ["a:int8", "mine"]);
  for (const none of [null, study(null), study([])]) assert.equal(choiceOfStudy(none, before), before);
  assert.equal(choiceOfStudy(study(null), null), null);
});

test("files are told by their ending, then by their type", () => {
  const kinds = [["a.JPG", ""], ["x", "image/png"], ["m.tflite", ""], ["r.json", ""], ["a.txt", "text/plain"], ["noending", ""],
    ["pets.zip", "application/zip"], ["pets.tar.gz", ""]];
  assert.deepEqual(kinds.map(([name = "", type = ""]) => kindOf({ name, type })),
    ["image", "image", "model", "report", "other", "other", "dataset", "dataset"]);
});

test("an address is known as one", () => {
  assert.ok(looksLikeAddress(" https://example.org/cat.jpg\n"));
  assert.ok(!looksLikeAddress("a photo of https://example.org"));
});

const zone = (id: string, name: string, aggregate = false): Zone =>
  ({ id, iso2: id.length === 2 ? id : null, iso3: null, name, intensity_g_per_kwh: 1, year: 2025, aggregate });
const ZONES = namedZones(
  [zone("CI", "Côte d'Ivoire"), zone("EU", "European Union", true), zone("World", "World"), zone("KR", "South Korea"), zone("NO", "Norway")],
  (z) => ({ KR: "대한민국" })[z.id] ?? z.name,
);
const found = (words: string) => matchingZones(ZONES, words).map((z) => z.id);

test("the world comes first and groups of countries last", () => {
  assert.deepEqual([ZONES[0]?.id, ZONES[4]?.id], ["World", "EU"]);
});

test("a place is found by its name in two languages, its code, or without its accents", () => {
  assert.deepEqual(found("kr"), ["KR"]);
  assert.deepEqual(found("대한"), ["KR"]);
  assert.deepEqual(found("korea"), ["KR"]);
  assert.deepEqual(found("cote"), ["CI"]);
  assert.equal(found("no")[0], "NO");
  assert.deepEqual(found("xyzzy"), []);
});
