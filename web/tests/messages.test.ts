// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { en } from "../src/messages/en";
import { ko } from "../src/messages/ko";

const shape = (value: unknown, path = ""): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`))
    : [path];

test("every language has the same texts, and none is left in English", () => {
  assert.deepEqual(shape(ko).sort(), shape(en).sort());
  const same = (Object.keys(en) as (keyof typeof en)[]).filter((key) => typeof en[key] === "string" && en[key] === ko[key]);
  assert.deepEqual(same.sort(), ["none", "perKwh"]);
});

test("no text is left that nothing shows", () => {
  const sources = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : /\.tsx?$/.test(name) && !path.includes("messages") ? [path] : [];
  });
  const root = new URL("./src", import.meta.url).pathname;
  const code = sources(root).map((path) => readFileSync(path, "utf8")).join("\n");
  const used = (key: string) => new RegExp(`(\\bt|text\\(\\))\\.${key}\\b`).test(code);
  const byMethod = ["measured", "estimated", "mixed", "unavailable"]; // t[carbon.method]
  assert.deepEqual(Object.keys(en).filter((key) => !used(key) && !byMethod.includes(key)), []);
});

test("a count of one and of more are told rightly", () => {
  assert.equal(en.cpus(1), "1 CPU");
  assert.equal(en.cpus(2), "2 CPUs");
  assert.equal(en.budgetOption(60), "1 minute");
  assert.equal(ko.budgetOption(300), "5분");
});
