// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Refusal } from "../src/api/client";
import { followEvents } from "../src/api/stream";

/** A browser's EventSource, whose connection the test breaks. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static made: Source[] = [];
  readyState = 0;
  onopen = () => {};
  onerror = () => {};
  constructor(readonly url: string) {
    super();
    Source.made.push(this);
  }
  close() {
    this.readyState = 2;
  }
  say(kind: string, data: unknown) {
    this.dispatchEvent(Object.assign(new Event(kind), { data: JSON.stringify(data) }));
  }
  fail(readyState: 0 | 2) {
    this.readyState = readyState;
    this.onerror();
  }
}

/** A setTimeout whose time the test tells (node:test has one, which in Node 18 is another). */
const clock = {
  now_ms: 0,
  waiting: new Map<number, { due_ms: number; call: () => void }>(),
  tick(ms: number) {
    this.now_ms += ms;
    for (const [id, { due_ms, call }] of this.waiting)
      if (due_ms <= this.now_ms && this.waiting.delete(id)) call();
  },
};
const real = { setTimeout, clearTimeout };
let timers = 0;
const fake = {
  setTimeout(call: () => void, ms: number) {
    clock.waiting.set(++timers, { due_ms: clock.now_ms + ms, call });
    return timers;
  },
  clearTimeout: (id: number) => clock.waiting.delete(id),
};

const settled = () => new Promise((done) => setImmediate(done));

function follow(look: () => Promise<string>) {
  const told: string[] = [];
  const stop = followEvents<string>({
    look, over: (now) => now === "over", path: "events", kinds: ["progress", "end"],
    tell: (news) => told.push(news.type === "event" ? `${news.kind} ${news.data}` : news.type === "now" ? news.value : news.type),
    refuse: (error) => told.push(`refused: ${error.problem.detail}`),
  });
  return { told, stop };
}

const refusal = (status: number) => new Refusal({ title: "", status, detail: String(status), code: "" });

beforeEach(() => {
  Source.made = [];
  (globalThis as { EventSource?: unknown }).EventSource = Source;
  clock.waiting.clear();
  Object.assign(globalThis, fake);
});
afterEach(() => {
  Object.assign(globalThis, real);
  delete (globalThis as { EventSource?: unknown }).EventSource;
});

test("a lost connection is left to the browser, which says what it has seen", async () => {
  const { told } = follow(async () => "running");
  await settled();
  const [source] = Source.made as [Source];
  source.onopen();
  source.fail(0);
  clock.tick(60000);
  await settled();
  source.onopen();
  source.say("progress", 5);
  assert.equal(Source.made.length, 1, "no second stream");
  assert.deepEqual(told, ["running", "open", "lost", "open", "progress 5"]);
});

test("after a refusal it is asked for, later each time, and listened to again", async () => {
  let answers = 0;
  const { told } = follow(async () => {
    if (answers++ === 1) throw refusal(503);
    return "running";
  });
  await settled();
  Source.made[0]?.fail(2);
  clock.tick(500);
  await settled();
  assert.deepEqual(told, ["running", "lost", "lost"]);
  clock.tick(500);
  await settled();
  assert.equal(Source.made.length, 1, "the second wait is longer");
  clock.tick(500);
  await settled();
  assert.equal(Source.made.length, 2);
});

test("what is over, gone or no longer watched is left alone", async () => {
  const over = follow(async () => "over");
  const gone = follow(() => Promise.reject(refusal(404)));
  const left = follow(async () => "running");
  left.stop();
  await settled();
  assert.deepEqual([over.told, gone.told, left.told, Source.made], [["over"], ["refused: 404"], [], []]);
});

test("the end is the last that is heard", async () => {
  const { told } = follow(async () => "running");
  await settled();
  const [source] = Source.made as [Source];
  source.say("end", "done");
  source.say("progress", 9);
  assert.equal(source.readyState, 2);
  assert.deepEqual(told, ["running", "end done"]);
});
