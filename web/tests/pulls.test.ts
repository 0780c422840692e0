// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pull } from "../src/api/hub_types";
import type { CatalogModel } from "../src/api/types";
import { missingStarters, pullOf, sharePulled } from "../src/state/pull";

const pull = (id: number, what: string, part: Partial<Pull> = {}): Pull =>
  ({ id, what, state: "running", phase: "downloading", bytes: 0, total: null, model: null, models: [], problem: null, ...part });

const of = (id: string) => ({ id, name: id.split(":")[0] ?? "" });

test("of a model that was asked for twice, the newest counts", () => {
  const all = [pull(1, "a:int8", { state: "failed" }), pull(2, "a:int8"), pull(3, "hf:x/y:z", { state: "done", model: "b:int8", models: ["b:int8"] })];
  assert.equal(pullOf(all, of("a:int8"))?.id, 2);
  assert.equal(pullOf(all, of("b:int8"))?.id, 3, "an address that became a model of the catalog");
  assert.equal(pullOf(all, of("c:int8")), null);
  assert.equal(pullOf([...all, pull(4, "c")], of("c:int8"))?.id, 4, "all precisions of a name");
});

test("a share is told only where the whole is known", () => {
  assert.equal(sharePulled(pull(1, "a", { bytes: 5, total: 20 })), 0.25);
  assert.equal(sharePulled(pull(1, "a", { bytes: 5 })), null);
  assert.equal(sharePulled(pull(1, "a", { bytes: 30, total: 20 })), 1);
});

test("the starter set asks once for each name that is neither here nor under way; for a failed one again", () => {
  const model = (id: string, part: object) => ({ ...of(id), starter: true, here: false, ...part }) as CatalogModel;
  const models = [model("here:int8", { here: true }), model("coming:int8", {}), model("failed:int8", {}), model("new:int8", {}),
    model("new:float32", {}), model("half:int8", { here: true }), model("half:float32", {}), model("other:int8", { starter: false })];
  const all = [pull(1, "coming"), pull(2, "failed", { state: "failed" })];
  assert.deepEqual(missingStarters(models, all).map(({ name }) => name), ["failed", "new", "half"]);
});
