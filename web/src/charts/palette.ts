// SPDX-License-Identifier: Apache-2.0
/* The names of the colours in charts.css. Marks carry them as presentation attributes, so that
 * themes and forced colours work by CSS alone, and an export has one thing to replace. */

export const ink = {
  paper: "var(--chart-paper)",
  text: "var(--chart-text)",
  dim: "var(--chart-dim)",
  grid: "var(--chart-grid)",
  axis: "var(--chart-axis)",
  mark: "var(--chart-mark)",
  soft: "var(--chart-soft)",
  accent: "var(--chart-accent)",
  front: "var(--chart-front)",
  land: "var(--chart-land)",
} as const;

/** Text of charts: never below 12 px, because nothing is ever scaled. */
export const FONT_PX = 12;
export const SMALL_MARK_PX = 24;

/** Text that lines may pass under. */
export const HALO = {
  stroke: ink.paper,
  "stroke-width": 3,
  "stroke-linejoin": "round",
  "paint-order": "stroke",
} as const;

/** Parts of the machine; their bars also bear their names. */
export const partInk = {
  cpu: "var(--chart-cpu)",
  memory: "var(--chart-memory)",
  gpu: "var(--chart-gpu)",
  machine: "var(--chart-axis)",
} as const;
