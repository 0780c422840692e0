// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { besidePlot, placeLabels } from "../labels";
import { shorten, textWidth, wrap } from "../text";

const frame = { x: 0, y: 0, width: 600, height: 300 };

/** The room that a label takes, from what is drawn of it. */
function boxOf({ text, x, y, anchor, number }, dot) {
  const width = number === null ? dot.width : text.length * 9;
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { x: left, y: y - 11, width, height: 14 };
}

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Spread without a random source: the same dots in every run. */
const dots = (n) =>
  Array.from({ length: n }, (_, i) => ({
    x: 20 + ((i * 97) % 560),
    y: 20 + ((i * 61) % 260),
    name: `model-${i}`,
    width: 70,
  }));

test("names keep clear of one another, of dots and of the frame", () => {
  const all = dots(12);
  const boxes = placeLabels(all, frame).map((label, i) => boxOf(label, all[i]));
  boxes.forEach((box, i) => {
    boxes.slice(i + 1).forEach((other, j) => assert.ok(!overlap(box, other), `labels ${i} and ${i + 1 + j} overlap`));
    all.forEach((dot) =>
      assert.ok(!overlap(box, { x: dot.x - 6, y: dot.y - 6, width: 12, height: 12 }), `label ${i} covers a dot`),
    );
    assert.ok(
      box.x >= 0 && box.x + box.width <= 600 && box.y >= 0 && box.y + box.height <= 300,
      `label ${i} leaves the frame`,
    );
  });
});

test("what finds no room gets a number, counted from 1 and never dropped", () => {
  const all = dots(40).map((dot) => ({ ...dot, x: 100 + dot.x / 6, y: 100 + dot.y / 6 }));
  const labels = placeLabels(all, frame);
  assert.equal(labels.length, all.length);
  const numbers = labels.flatMap(({ number }) => number ?? []);
  assert.ok(numbers.length > 0);
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i + 1),
  );
  labels.forEach(({ text, number }, i) => assert.equal(text, number === null ? all[i].name : String(number)));
});

test("a name that is wider than the frame becomes a number", () => {
  const [label] = placeLabels([{ x: 300, y: 150, name: "x".repeat(200), width: 1500 }], frame);
  assert.equal(label.number, 1);
});

test("names keep clear of what is taken", () => {
  const right = { x: 310, y: 130, width: 290, height: 40 };
  const dot = { x: 300, y: 150, name: "a", width: 60 };
  const [label] = placeLabels([dot], frame, [right]);
  assert.ok(!overlap(boxOf(label, dot), right));
});

test("numbers beside a plot stand in the order of their dots, apart from one another and within its height", () => {
  const all = Array.from({ length: 10 }, (_, i) => ({ x: 200 + i, y: 280 - 2 * i, name: `model-${i}`, width: 70 }));
  const labels = besidePlot(all, 610, frame, true);
  const down = [...labels].sort((a, b) => a.y - b.y);
  assert.deepEqual(down.map(({ number }) => number), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(labels[9].number, 1, "the highest dot is the first");
  down.slice(1).forEach((label, i) => assert.ok(label.y - down[i].y >= 14, `${label.text} touches the one above`));
  assert.ok(down[0].y >= 0 && down[9].y <= 304);
  assert.deepEqual(
    besidePlot(all, 610, frame, false).map(({ text, y }) => [text, y]),
    labels.map(({ y }, i) => [all[i].name, y]),
    "with room for names, names in the same places",
  );
});

test("a shortened name keeps both ends", () => {
  const short = shorten("a-very-long-name-of-a-model:int8", 120);
  assert.match(short, /^a-v.*….*int8$/);
  assert.ok(textWidth(short) <= 120);
  assert.equal(shorten("short", 120), "short");
});

test("wrapped text leaves nothing out, even of one endless word", () => {
  const word = "w".repeat(100);
  const lines = wrap(`begin ${word} end`, 100);
  assert.equal(lines.join("").replace(/ /g, ""), `begin${word}end`);
  lines.forEach((line) => assert.ok(textWidth(line) <= 100, line));
});
