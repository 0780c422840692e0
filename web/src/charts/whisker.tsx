// SPDX-License-Identifier: Apache-2.0
import { ink } from "./palette";

const CAP_PX = 4;

/** An interval across: on a ground of paper, so that it is seen on any bar. An arrow in place of the
 * first cap says that it goes on below what the axis shows. */
export function Whisker({ x1, x2, y, open = false }: { x1: number; x2: number; y: number; open?: boolean }) {
  const start = open
    ? `M${x1 + CAP_PX},${y - CAP_PX}L${x1},${y}l${CAP_PX},${CAP_PX}`
    : `M${x1},${y - CAP_PX}v${2 * CAP_PX}`;
  return <HaloPath d={`${start}M${x2},${y - CAP_PX}v${2 * CAP_PX}M${x1},${y}H${x2}`} />;
}

export function WhiskerY({ x, y1, y2 }: { x: number; y1: number; y2: number }) {
  const path = `M${x - CAP_PX},${y1}h${2 * CAP_PX}M${x - CAP_PX},${y2}h${2 * CAP_PX}M${x},${y1}V${y2}`;
  return <HaloPath d={path} />;
}

function HaloPath({ d }: { d: string }) {
  return (
    <g fill="none" stroke-linecap="round">
      <path d={d} stroke={ink.paper} stroke-width={4} />
      <path d={d} stroke={ink.text} stroke-width={1.5} />
    </g>
  );
}

/** What moves a whole scale: a bracket that opens upwards, with a tick at the value. */
export function Bracket({ x1, x2, at, y }: { x1: number; x2: number; at: number; y: number }) {
  return (
    <path d={`M${x1},${y - 7}V${y}H${x2}V${y - 7}M${at},${y}v-4`} fill="none" stroke={ink.accent} stroke-width={2} />
  );
}
