// SPDX-License-Identifier: Apache-2.0
/* Scales of d3 with the ticks that the width has room for. */
import { scaleLinear, scaleLog } from "d3-scale";

export interface Scale {
  at: (value: number) => number;
  ticks: number[];
  log: boolean;
}

/** Room of one tick's number, so that two never touch. */
const TICK_PX = 64;

/** From a true zero: the only scale that bars may stand on. */
export function linear(max: number, from: number, to: number, roomPx = TICK_PX): Scale {
  const scale = scaleLinear()
    .domain([0, max > 0 ? max : 1])
    .range([from, to]);
  return { at: scale, ticks: scale.ticks(Math.max(2, Math.abs(to - from) / roomPx)), log: false };
}

/** Between two values that both are off zero, as of accuracies: for dots only. */
export function between(low: number, high: number, from: number, to: number, roomPx = TICK_PX): Scale {
  const scale = scaleLinear().domain([low, high]).range([from, to]).nice(4);
  return { at: scale, ticks: scale.ticks(Math.max(2, Math.abs(to - from) / roomPx)), log: false };
}

/** A value of 0 or less has no place on it: it stands at the beginning, and its number tells it. */
export function log(low: number, high: number, from: number, to: number, roomPx = TICK_PX): Scale {
  const top = high > 0 && Number.isFinite(high) ? high : 1;
  const base = low > 0 && Number.isFinite(low) ? low : top / 1000;
  const [least, most] = base < top ? [base, top] : [base / 2, base * 2];
  const scale = scaleLog().domain([least, most]).range([from, to]);
  return {
    at: (value) => (value > 0 ? scale(value) : from),
    ticks: logTicks(least, most, Math.max(2, Math.abs(to - from) / roomPx)),
    log: true,
  };
}

/** 1-2-5 where a few decades have room for it, else powers of ten, else every nth of them; even
 * steps where there is not even a decade. */
export function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const within = (values: number[]) => values.filter((v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9));
  const every = (step: number, digits: number[]) => {
    const values: number[] = [];
    for (let exponent = first; exponent <= last; exponent += step)
      for (const digit of digits) values.push(Number(`${digit}e${exponent}`));
    return within(values);
  };
  for (const digits of [
    [1, 2, 5],
    [1, 3],
  ]) {
    const values = every(1, digits);
    if (values.length <= most && values.length > 1) return values;
  }
  if (high / low < 10) return scaleLinear().domain([low, high]).ticks(Math.min(most, 5));
  for (let step = 1; step <= last - first + 1; step++) {
    const values = every(step, [1]);
    if (values.length <= most) return values.length > 0 ? values : [low];
  }
  return [low, high];
}
