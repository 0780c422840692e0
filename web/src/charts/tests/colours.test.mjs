// SPDX-License-Identifier: Apache-2.0
/* Colours of charts.css: the order of the ramp by lightness in both themes, and contrast on paper. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bounds, classOf, colourOf } from "../ramp";

const css = readFileSync(join(CHARTS_FOLDER, "charts.css"), "utf8");
const THEMES = ["light", "dark"];

function colour(name, theme) {
  const [, light, dark] = new RegExp(`--chart-${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [];
  assert.ok(light && dark, `--chart-${name} has no colour for each theme`);
  return theme === "light" ? light : dark;
}

/** Relative luminance of WCAG 2. */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const lightness = (hex) => 116 * Math.cbrt(luminance(hex)) - 16;

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

for (const theme of THEMES) {
  test(`${theme}: the ramp goes one way from paper, with steps that are seen`, () => {
    const ramp = Array.from({ length: 8 }, (_, i) => lightness(colour(`q${i}`, theme)));
    const away = theme === "light" ? -1 : 1;
    for (let i = 1; i < ramp.length; i++)
      assert.ok(
        away * (ramp[i] - ramp[i - 1]) >= 6,
        `q${i - 1} to q${i}: ${ramp[i - 1].toFixed(1)} to ${ramp[i].toFixed(1)}`,
      );
    const paper = lightness(colour("paper", theme));
    assert.ok(Math.abs(ramp[0] - paper) < Math.abs(ramp[7] - paper));
  });

  test(`${theme}: text has 4.5:1 and graphics 3:1 on paper`, () => {
    const paper = colour("paper", theme);
    for (const name of ["text", "dim"]) assert.ok(contrast(colour(name, theme), paper) >= 4.5, name);
    for (const name of ["axis", "mark", "accent", "front", "focus", "cpu", "memory", "gpu"])
      assert.ok(contrast(colour(name, theme), paper) >= 3, name);
    assert.ok(contrast(colour("mark", theme), colour("soft", theme)) >= 3, "hatch on its ground");
  });
}

test("classes have round bounds, and use the whole ramp whatever their number", () => {
  for (const max of [3.95, 0.7, 1000, 1, 19]) {
    const limits = bounds(max);
    assert.ok(limits.length >= 3 && limits.length <= 7, `${max}: ${limits}`);
    assert.equal(classOf(0, limits), 0);
    assert.equal(classOf(max, limits), limits.length);
    assert.equal(colourOf(0, limits.length + 1), "var(--chart-q0)");
    assert.equal(colourOf(limits.length, limits.length + 1), "var(--chart-q7)");
  }
});

test("a value on a bound belongs to the class above it", () => {
  assert.equal(classOf(1, [1, 2]), 1);
  assert.equal(classOf(0.999, [1, 2]), 0);
});
