// SPDX-License-Identifier: Apache-2.0
/* Classes of a value and their colours: few, so that a colour can be found again in the legend. */
import { scaleLinear } from "d3-scale";

/** As many as charts.css has. */
const COLOURS = 8;
const CLASSES = 6;

/** Round bounds between the classes of 0 to `max`. */
export function bounds(max: number): number[] {
  return scaleLinear()
    .domain([0, max > 0 ? max : 1])
    .ticks(CLASSES)
    .filter((bound) => bound > 0 && bound < max)
    .slice(0, COLOURS - 1);
}

export const classOf = (value: number, limits: readonly number[]): number => {
  const at = limits.findIndex((limit) => value < limit);
  return at < 0 ? limits.length : at;
};

/** The whole range of colours, however many classes there are. */
export function colourOf(index: number, classes: number): string {
  const at = classes < 2 ? 0 : Math.round((index * (COLOURS - 1)) / (classes - 1));
  return `var(--chart-q${at})`;
}
