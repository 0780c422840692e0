// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { announcer } from "../src/announce";

function clocked() {
  const said: string[] = [];
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  const announce = announcer((words) => said.push(words), {
    now: () => now,
    after: (ms, run) => due.push({ at: now + ms, run }),
  });
  const pass = (ms: number) => {
    now += ms;
    const ready = due.filter((timer) => timer.at <= now);
    due = due.filter((timer) => timer.at > now);
    for (const timer of ready) timer.run();
  };
  return { said, announce, pass };
}

test("what ticks is told every five seconds at most, and then the newest", () => {
  const { said, announce, pass } = clocked();
  announce.tick("round 1");
  for (let round = 2; round < 8; round++) {
    pass(500);
    announce.tick(`round ${round}`);
  }
  assert.deepEqual(said, ["round 1"]);
  pass(3000);
  assert.deepEqual(said, ["round 1", "round 7"]);
});

test("a change of stage is told at once and drops what waits", () => {
  const { said, announce, pass } = clocked();
  announce.tick("round 1");
  pass(100);
  announce.tick("round 2");
  announce.stage("done");
  pass(10000);
  assert.deepEqual(said, ["round 1", "done"]);
});

test("the same words are not told twice in a row", () => {
  const { said, announce } = clocked();
  announce.stage("loading");
  announce.stage("loading");
  assert.deepEqual(said, ["loading"]);
});
