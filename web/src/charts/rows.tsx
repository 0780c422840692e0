// SPDX-License-Identifier: Apache-2.0
/* Charts of one row a model: names stand left of the plot where there is room, else above their row. */
import { HALO, ink } from "./palette";
import { shorten, textWidth } from "./text";

export const BAR_PX = 18;
const WIDE_ROW_PX = 30;
const NARROW_ROW_PX = 46;
const NARROW_PX = 520;
const MOST_OF_WIDTH = 0.34;

export interface Rows {
  narrow: boolean;
  /** Where the plot begins. */
  left: number;
  height: number;
  width: number;
}

export function rowsFor(names: string[], width: number): Rows {
  const narrow = width < NARROW_PX;
  const widest = Math.max(0, ...names.map((name) => textWidth(name, 13)));
  return {
    narrow,
    left: narrow ? 8 : Math.min(widest, Math.floor(width * MOST_OF_WIDTH)) + 10,
    height: narrow ? NARROW_ROW_PX : WIDE_ROW_PX,
    width,
  };
}

/** Top of the bar of the row that begins at y. */
export const barTop = (rows: Rows, y: number): number => (rows.narrow ? y + 20 : y + (WIDE_ROW_PX - BAR_PX) / 2);

export const rowHit = (rows: Rows, y: number) => ({ x: 2, y: y + 1, width: rows.width - 4, height: rows.height - 2 });

export function RowName({ rows, y, name, chosen }: { rows: Rows; y: number; name: string; chosen: boolean }) {
  const text = `${chosen ? "▸ " : ""}${name}`;
  const look = { fill: ink.text, "font-weight": chosen ? 700 : 400, ...HALO } as const;
  if (rows.narrow)
    return (
      <text x={2} y={y + 14} {...look}>
        {shorten(text, rows.width - 6)}
      </text>
    );
  return (
    <text x={rows.left - 8} y={barTop(rows, y) + BAR_PX / 2 + 4} text-anchor="end" {...look}>
      {shorten(text, rows.left - 10)}
    </text>
  );
}
