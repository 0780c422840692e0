// SPDX-License-Identifier: Apache-2.0
/* Numbers for people: one unit prefix for a set of values, three significant digits. Pure.
 * The rules are those of src/core/units.c, so that page and terminal show the same figures. */

export interface Unit {
  name: string;
  /** How much of the base unit one of it is. */
  size: number;
}

export type Quantity = "mass" | "energy" | "time" | "power";

const STEPS: Record<Quantity, Unit[]> = {
  mass: steps("ng 1e-9", "µg 1e-6", "mg 1e-3", "g 1", "kg 1e3", "t 1e6"),
  energy: steps("nJ 1e-9", "µJ 1e-6", "mJ 1e-3", "J 1", "kJ 1e3", "MJ 1e6"),
  time: steps("ns 1e-9", "µs 1e-6", "ms 1e-3", "s 1"),
  power: steps("µW 1e-6", "mW 1e-3", "W 1", "kW 1e3"),
};

function steps(...words: string[]): Unit[] {
  return words.map((word) => {
    const [name = "", size] = word.split(" ");
    return { name, size: Number(size) };
  });
}

/** Rounded as it will be shown, so that 999.9 mJ counts as the 1000 that people would read. */
const threeDigits = (value: number): number => Number(value.toPrecision(3));

/** The one unit of a chart: the largest value is at least 1 of it, and small ones keep digits. */
export function unitFor(quantity: Quantity, values: readonly (number | null)[]): Unit {
  const all = STEPS[quantity];
  const sizes = values.map((value) => Math.abs(value ?? 0)).filter((size) => size > 0 && Number.isFinite(size));
  const base = all.findIndex((step) => step.size === 1);
  if (sizes.length === 0) return all[base] as Unit;
  const smallest = Math.min(...sizes);
  const largest = Math.max(...sizes);
  const step = (i: number) => all[i] as Unit;
  let at = 0;
  while (at + 1 < all.length && threeDigits(largest / step(at + 1).size) >= 1) at++;
  while (at > 0 && smallest / step(at).size < 0.01 && largest / step(at - 1).size < 1e5) at--;
  return step(at);
}

/** A number and its unit stay on one line. */
const JOINED = "\u00a0";

const plain = new Intl.NumberFormat("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const ticks = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (exponent: number) =>
  (exponent < 0 ? "⁻" : "") + [...String(Math.abs(exponent))].map((digit) => POWERS[Number(digit)]).join("");

/** Three significant digits; powers of ten where zeros would have to be counted. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(threeDigits(value));
  if (size >= 1e-4 && size < 1e9) return plain.format(value);
  const [digits, exponent] = value.toExponential(2).split("e");
  return `${digits} × 10${power(Number(exponent))}`;
}

/** A number on an axis: no digits that the tick does not need. */
export function tick(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return ticks.format(value);
  const exponent = Math.floor(Math.log10(size) + 1e-9);
  const digits = Number((value / 10 ** exponent).toPrecision(3));
  return digits === 1 ? `10${power(exponent)}` : `${digits} × 10${power(exponent)}`;
}

export const count = (value: number): string => (value < 1e15 ? whole.format(value) : number(value));

/** "16 %" with the digits that a share needs: 0.385 %, 16 %, 99.8 %, 1,230 %. */
export function percent(ratio: number): string {
  const value = 100 * ratio;
  if (!Number.isFinite(value)) return "–";
  if (value !== 0 && Math.abs(value) < 0.001) return `<${JOINED}0.001${JOINED}%`;
  return `${Number(value.toPrecision(3)) === Math.round(value) ? whole.format(value) : number(value)}${JOINED}%`;
}

/** "0.204 to 0.759 %" is told by the messages; this is the number of a bound without its sign. */
export const percentNumber = (ratio: number): string => percent(ratio).replace(`${JOINED}%`, "");

/** Shares that stand below one another: the same digits for each. */
export const percentTenths = (ratio: number): string => `${(100 * ratio).toFixed(1)}${JOINED}%`;

/** Points of accuracy: one digit behind the point is what 10,000 images can tell. */
export const points = (share: number): string => (100 * share).toFixed(1).replace("-", "−");

/** A value in the chart's own unit. */
export const inUnit = (value: number, unit: Unit): string => number(value / unit.size);

/** A value with the prefix that suits it alone: for sentences, not for axes. */
export function quantity(kind: Quantity, value: number): string {
  const unit = unitFor(kind, [value]);
  return `${inUnit(value, unit)}${JOINED}${unit.name}`;
}

/** "×0.5": a factor, as of a scale that may be off. Two digits: nobody knows it better. */
export const factor = (value: number): string => `×${Number(value.toPrecision(Math.abs(value - 1) < 0.1 ? 3 : 2))}`;

export const PER_MILLION = 1e6;
