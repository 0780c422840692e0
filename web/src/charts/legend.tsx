// SPDX-License-Identifier: Apache-2.0
/* What the signs of a chart mean, in columns where there is room. Drawn, so that exports have it. */
import type { ComponentChildren } from "preact";
import { Lines, LINE_PX } from "./axis";
import { textWidth, wrap } from "./text";

/** A sign of 18 px on a baseline at 0, and its words. */
export type LegendItem = [sign: ComponentChildren, words: string];

const SIGN_PX = 26;

export function legend(items: LegendItem[], width: number): { draw: ComponentChildren; height: number } {
  const widest = Math.max(1, ...items.map(([, words]) => textWidth(words))) + SIGN_PX + 18;
  const columns = Math.max(1, Math.min(4, items.length, Math.floor(width / widest)));
  const perColumn = Math.ceil(items.length / columns);
  const step = columns === 1 ? width : Math.min(width / columns, widest + 8);
  let height = 0;
  let y = 0;
  const draw = items.map(([sign, words], i) => {
    if (i % perColumn === 0) y = 12;
    const lines = wrap(words, (columns === 1 ? width : step) - SIGN_PX - 6);
    const row = (
      <g key={words} transform={`translate(${Math.floor(i / perColumn) * step},${y})`}>
        {sign}
        <Lines x={SIGN_PX} y={0} lines={lines} />
      </g>
    );
    y += 4 + lines.length * LINE_PX;
    height = Math.max(height, y - 6);
    return row;
  });
  return { draw, height };
}
