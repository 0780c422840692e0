// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { factor, number, percent, percentTenths, points, quantity, tick, unitFor } from "../../format";

/** A space that does not break. */
const joined = (text) => text.replaceAll(" ", "\u00a0");

test("numbers have three significant digits", () => {
  assert.equal(number(1333.107), "1,330");
  assert.equal(number(10), "10.0");
  assert.equal(number(0.00513843), "0.00514");
  assert.equal(number(0), "0");
  assert.equal(number(-2.345), "-2.35");
});

test("what would be a row of zeros becomes a power of ten", () => {
  assert.equal(number(1.234e-7), "1.23 × 10⁻⁷");
  assert.equal(number(5e12), "5.00 × 10¹²");
});

test("what is no number is no number", () => {
  assert.equal(number(NaN), "–");
  assert.equal(percent(Infinity), joined("–"));
});

test("one prefix serves a whole chart, as in the terminal", () => {
  assert.equal(unitFor("mass", [0.00514, 1.33]).name, "mg");
  assert.equal(unitFor("mass", [0.5, 1.33]).name, "g");
  assert.equal(unitFor("mass", [2500]).name, "kg");
  assert.equal(unitFor("time", [1.05e-5, 2.68e-3]).name, "ms");
  assert.equal(unitFor("energy", [9.999e-4]).name, "mJ", "1.00 mJ is what people would read");
});

test("a prefix is found without values, and not by what is no value", () => {
  assert.equal(unitFor("mass", []).name, "g");
  assert.equal(unitFor("mass", [null, 0, NaN]).name, "g");
  assert.equal(unitFor("mass", [null, 0.002]).name, "mg");
});

test("a quantity alone has the prefix that suits it", () => {
  assert.equal(quantity("mass", 10), joined("10.0 g"));
  assert.equal(quantity("power", 0.5864), joined("586 mW"));
});

test("shares are percent with the digits that they need", () => {
  assert.equal(percent(0.16), joined("16 %"));
  assert.equal(percent(0.00385448), joined("0.385 %"));
  assert.equal(percent(0.9984), joined("99.8 %"));
  assert.equal(percent(12.3), joined("1,230 %"));
  assert.equal(percent(1e-9), joined("< 0.001 %"));
  assert.equal(percent(0), joined("0 %"));
  assert.equal(percentTenths(0.41015), joined("41.0 %"));
});

test("points have one digit and a true minus", () => {
  assert.equal(points(0.008), "0.8");
  assert.equal(points(-0.0081), "−0.8");
});

test("factors are told as roughly as they are known", () => {
  assert.equal(factor(0.5471), "×0.55");
  assert.equal(factor(2.148), "×2.1");
  assert.equal(factor(1.046), "×1.05");
});

test("ticks have no needless digits", () => {
  assert.equal(tick(0.5), "0.5");
  assert.equal(tick(1000), "1,000");
  assert.equal(tick(1e8), "10⁸");
  assert.equal(tick(3e9), "3 × 10⁹");
  assert.equal(tick(0), "0");
});
