// SPDX-License-Identifier: Apache-2.0
import { tick } from "../format";
import { FONT_PX, HALO, ink } from "./palette";
import type { Scale } from "./scale";
import { textWidth, wrap } from "./text";

/** Lines of text, the first one's baseline at y. */
export function Lines({
  x,
  y,
  lines,
  fill = ink.dim,
  anchor = "start",
  weight,
}: {
  x: number;
  y: number;
  lines: string[];
  fill?: string;
  anchor?: "start" | "middle" | "end";
  weight?: number;
}) {
  return (
    <text x={x} y={y} fill={fill} text-anchor={anchor} font-weight={weight} {...HALO}>
      {lines.map((line, i) => (
        <tspan key={i} x={x} dy={i === 0 ? 0 : LINE_PX}>
          {line}
        </tspan>
      ))}
    </text>
  );
}

export const LINE_PX = 16;
export const AXIS_PX = 22;
/** What every chart leaves free right of its plot. */
const MARGIN_PX = 12;

/** Ticks below a plot, with lines through it, and the axis's words under them. */
export function AxisX({
  scale,
  top,
  bottom,
  words,
  right,
  left,
}: {
  scale: Scale;
  top: number;
  bottom: number;
  words: string;
  left: number;
  right: number;
}) {
  return (
    <g aria-hidden="true">
      {scale.ticks.map((value) => {
        const x = scale.at(value);
        const zero = value === 0 && !scale.log;
        const words = tick(value);
        const most = right + MARGIN_PX - textWidth(words) / 2; // the last one's number stays within the picture
        return (
          <g key={value}>
            <line x1={x} x2={x} y1={top} y2={bottom} stroke={zero ? ink.axis : ink.grid} />
            <text x={Math.min(x, most)} y={bottom + 15} text-anchor="middle" fill={ink.dim}>
              {words}
            </text>
          </g>
        );
      })}
      <Lines x={right} y={bottom + AXIS_PX + 12} lines={wrap(words, right - left)} anchor="end" />
    </g>
  );
}

export function AxisY({
  scale,
  left,
  right,
  show,
}: {
  scale: Scale;
  left: number;
  right: number;
  show: (value: number) => string;
}) {
  return (
    <g aria-hidden="true">
      {scale.ticks.map((value) => (
        <g key={value}>
          <line x1={left} x2={right} y1={scale.at(value)} y2={scale.at(value)} stroke={ink.grid} />
          <text x={left - 6} y={scale.at(value) + FONT_PX / 3} text-anchor="end" fill={ink.dim}>
            {show(value)}
          </text>
        </g>
      ))}
    </g>
  );
}
