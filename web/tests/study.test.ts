// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Progress, Study } from "../src/api/types";
import { follow, secondsLeft, shareDone, watched } from "../src/state/study";
import { report } from "./sample";

const study = (status: Study["status"]): Study => ({
  id: 3, name: "", status, queue_place: null, created_unix_s: 0, models: "", model_ids: null,
  input: { id: null, name: "", sha256: null, href: null }, imported: false, progress: null, error: null,
  has_report: true, repeat_of: null,
});
const progress: Progress = {
  phase: "rounds", model: "a", model_index: 0, n_models: 1, block: 2, half_width_ratio: 0.1, target_ratio: 0.03,
  elapsed_s: 20, budget_s: 60, models: [],
};

test("events build up what is known of a study", () => {
  let state = watched(3);
  assert.equal(state.link, "connecting");
  state = follow(state, { type: "study", study: study("running") });
  state = follow(state, { type: "progress", progress });
  state = follow(state, { type: "report", report: report() });
  assert.equal(state.link, "live");
  assert.equal(state.progress?.block, 2);
  assert.equal(state.report?.models.length, 3);
  state = follow(state, { type: "lost" });
  assert.equal(state.link, "lost");
  assert.equal(state.progress?.block, 2, "what was known stays");
  state = follow(state, { type: "end", study: study("finished") });
  assert.deepEqual([state.link, state.progress], ["over", null]);
});

test("what comes after the end is not heard", () => {
  const over = follow(watched(3), { type: "end", study: study("failed") });
  assert.equal(follow(over, { type: "progress", progress }), over);
  assert.equal(follow(over, { type: "lost" }), over);
});

test("a study that was cut off is over, whichever event tells it", () => {
  assert.equal(follow(watched(3), { type: "study", study: study("cut off") }).link, "over");
});

test("time left and the share done stay within bounds", () => {
  assert.equal(secondsLeft(progress), 40);
  assert.equal(secondsLeft({ ...progress, elapsed_s: 99 }), 0);
  assert.equal(shareDone({ ...progress, elapsed_s: 99 }), 1);
  assert.equal(shareDone({ ...progress, budget_s: 0 }), 0);
});
