// SPDX-License-Identifier: Apache-2.0
/* How the names of dots are drawn: where labels.ts puts them, with a line back where they stand off. */

import type { Label } from "./labels";
import { HALO, ink } from "./palette";

/** From a dot to its name: under the dot. */
export const Leader = ({ label, x, y }: { label: Label; x: number; y: number }) =>
  label.leader ? <line x1={x} y1={y} x2={label.x} y2={label.y - 4} stroke={ink.axis} /> : null;

export const Name = ({ label, chosen }: { label: Label; chosen: boolean }) => (
  <text
    x={label.x}
    y={label.y}
    text-anchor={label.anchor}
    fill={ink.text}
    font-weight={chosen || label.number !== null ? 700 : 400}
    {...HALO}
  >
    {label.text}
  </text>
);

/** The sign of a legend's line that explains a number. */
export const NumberSign = ({ number }: { number: number }) => (
  <text x={9} text-anchor="middle" font-weight={700} fill={ink.text}>
    {number}
  </text>
);
