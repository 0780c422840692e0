// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { ordered } from "../places_table";
import { matching } from "../table";

const rows = [
  ["eu-north-1", 30, "Sweden"],
  ["us-east-2", null, "United States"],
  ["eu-west-10", 300, "Ireland"],
  ["eu-west-2", 120, null],
];
const names = (list) => list.map(([name]) => name);

test("numbers are put in order by size, words as people file them, and what is not known comes last", () => {
  assert.deepEqual(names(ordered(rows, { column: 1, falling: false })), ["eu-north-1", "eu-west-2", "eu-west-10", "us-east-2"]);
  assert.deepEqual(names(ordered(rows, { column: 1, falling: true })), ["eu-west-10", "eu-west-2", "eu-north-1", "us-east-2"]);
  assert.deepEqual(names(ordered(rows, { column: 0, falling: false })), ["eu-north-1", "eu-west-2", "eu-west-10", "us-east-2"]);
  assert.equal(names(ordered(rows, { column: 2, falling: true })).at(-1), "eu-west-2");
  assert.deepEqual(names(rows), ["eu-north-1", "us-east-2", "eu-west-10", "eu-west-2"], "the rows themselves stay");
});

test("a search finds what is said of a row besides its cells", () => {
  const table = { columns: [{ key: "r", title: "r" }, { key: "g", title: "g" }, { key: "c", title: "c" }], rows };
  const more = ([name]) => (name === "eu-west-2" ? "GB 영국" : "");
  assert.deepEqual(names(matching(table, "gb", more)), ["eu-west-2"]);
  assert.deepEqual(names(matching(table, "영국", more)), ["eu-west-2"]);
  assert.deepEqual(names(matching(table, "eu ire", more)), ["eu-west-10"]);
  assert.equal(matching(table, "gb").length, 0);
});
