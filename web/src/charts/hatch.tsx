// SPDX-License-Identifier: Apache-2.0
import type { Method } from "../report";
import { ink } from "./palette";

/** The pattern of what is estimated; its id must be unique in the page. */
export function Hatch({
  id,
  line = ink.mark,
  ground = ink.soft,
  gap = 6,
}: {
  id: string;
  line?: string;
  ground?: string;
  gap?: number;
}) {
  return (
    <pattern id={id} width={gap} height={gap} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width={gap} height={gap} fill={ground} />
      <rect width={gap / 3} height={gap} fill={line} />
    </pattern>
  );
}

/** Solid is measured, hatched is estimated or partly so, pale and dashed is provisional. */
export function barLook(method: Method, provisional: boolean, hatch: string) {
  return {
    fill: method === "measured" ? (provisional ? ink.soft : ink.mark) : `url(#${hatch})`,
    stroke: ink.mark,
    "stroke-width": 1.5,
    ...(provisional ? { "stroke-dasharray": "4 3", "fill-opacity": 0.55 } : {}),
  };
}
