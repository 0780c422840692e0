// SPDX-License-Identifier: Apache-2.0
/* The marks of a chart as one stop of the Tab key: arrow keys walk them, Enter chooses, Escape
 * closes the tip. Pointer and keyboard see the same tip. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { FONT_PX, ink } from "./palette";
import { LINE_PX } from "./axis";
import { textWidth, wrap } from "./text";

export interface Mark {
  key: string;
  /** Read aloud: the mark with all its figures. */
  label: string;
  /** Shown beside it: a title and lines. */
  tip: string[];
  /** Where it can be hit: at least 24 px either way. */
  hit: { x: number; y: number; width: number; height: number };
  draw: ComponentChildren;
  /** What is drawn is itself what is hit, as a country: no frame about it, which would cover others. */
  shape?: boolean;
}

interface MarksProps {
  marks: Mark[];
  label: string;
  width: number;
  height: number;
  chosen?: string | undefined;
  onChoose?: ((key: string) => void) | undefined;
  /** Drawn over the marks and below their tip. */
  over?: ComponentChildren;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

function nextIndex(key: string, at: number, n: number): number | null {
  const step = STEPS[key];
  if (step !== undefined) return Math.min(n - 1, Math.max(0, at + step));
  if (key === "Home") return 0;
  return key === "End" ? n - 1 : null;
}

/** A report that comes in anew may move the mark that has the focus, and a moved node loses it. */
function useKeptFocus(group: { current: SVGGElement | null }) {
  const drawing = useRef(false);
  const focused = useRef<string | null>(null);
  drawing.current = true;
  useLayoutEffect(() => {
    drawing.current = false;
    if (focused.current === null || group.current?.contains(document.activeElement)) return;
    const marks = [...(group.current?.children ?? [])] as SVGElement[];
    marks.find((mark) => mark.dataset.key === focused.current)?.focus();
  });
  return {
    gained: (key: string) => {
      focused.current = key;
    },
    /** False where only the drawing took it. */
    lost: () => {
      if (!drawing.current) focused.current = null;
      return !drawing.current;
    },
  };
}

export function Marks({ marks, label, width, height, chosen, onChoose, over }: MarksProps) {
  const group = useRef<SVGGElement>(null);
  const focus = useKeptFocus(group);
  const [stop, setStop] = useState<string | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const first = marks.some((mark) => mark.key === stop) ? stop : (marks.find((m) => m.key === chosen) ?? marks[0])?.key;
  const tipped = marks.find((mark) => mark.key === shown);

  const onKeyDown = (event: KeyboardEvent, i: number) => {
    const mark = marks[i];
    const next = nextIndex(event.key, i, marks.length);
    if (event.key === "Escape") setShown(null);
    else if (onChoose && mark && (event.key === "Enter" || event.key === " ")) onChoose(mark.key);
    else if (next !== null) (group.current?.children[next] as SVGElement | undefined)?.focus();
    else return;
    event.preventDefault();
  };

  const handlers = ({ key }: Mark, i: number) => ({
    onFocus: () => {
      focus.gained(key);
      setStop(key);
      setShown(key);
    },
    onBlur: () => {
      if (focus.lost()) setShown(null);
    },
    onPointerEnter: () => setShown(key),
    onPointerLeave: () => setShown(null),
    onClick: () => onChoose?.(key),
    onKeyDown: (event: KeyboardEvent) => onKeyDown(event, i),
  });

  return (
    <>
      <g ref={group} role={onChoose ? "listbox" : "group"} aria-label={label}>
        {marks.map((mark, i) => (
          <MarkGroup
            key={mark.key}
            mark={mark}
            stop={mark.key === first}
            selected={onChoose && mark.key === chosen}
            handlers={handlers(mark, i)}
          />
        ))}
      </g>
      {over}
      {tipped && <Tip mark={tipped} width={width} height={height} />}
    </>
  );
}

/** `selected` is undefined where there is nothing to choose. */
function MarkGroup({
  mark,
  stop,
  selected,
  handlers,
}: {
  mark: Mark;
  stop: boolean;
  selected: boolean | undefined;
  handlers: object;
}) {
  const choice = selected !== undefined;
  return (
    <g
      data-key={mark.key}
      class={choice ? "chart-mark chart-choice" : "chart-mark"}
      role={choice ? "option" : "img"}
      aria-label={mark.label}
      aria-selected={selected}
      /* Lower case: in SVG, tabIndex would be an attribute of no meaning. */
      tabindex={stop ? 0 : -1}
      {...handlers}
    >
      {mark.draw}
      {!mark.shape && <rect class="chart-hit" {...mark.hit} rx={4} fill="none" pointer-events="all" data-screen="" />}
    </g>
  );
}

const PAD_PX = 8;

/** Within the picture, below its mark where there is room, else above. */
function Tip({ mark, width, height }: { mark: Mark; width: number; height: number }) {
  const [title = "", ...rest] = mark.tip;
  const most = Math.min(width - 2 * PAD_PX - 4, 340);
  const heads = wrap(title, most / 1.08);
  const lines = [...heads, ...rest.flatMap((line) => wrap(line, most))];
  const w = Math.max(...lines.map((line, i) => textWidth(line) * (i < heads.length ? 1.08 : 1))) + 2 * PAD_PX;
  const h = lines.length * LINE_PX + 2 * PAD_PX - 2;
  const { hit } = mark;
  const x = Math.max(2, Math.min(width - w - 2, hit.x + hit.width / 2 - w / 2));
  const below = hit.y + hit.height + 4;
  const y = below + h <= height ? below : Math.max(0, hit.y - h - 4);
  return (
    <g class="chart-tip" aria-hidden="true" pointer-events="none" data-screen="" transform={`translate(${x},${y})`}>
      <rect width={w} height={h} rx={6} fill={ink.text} />
      <text x={PAD_PX} y={PAD_PX + FONT_PX - 1} fill={ink.paper}>
        {lines.map((line, i) => (
          <tspan key={i} x={PAD_PX} dy={i === 0 ? 0 : LINE_PX} font-weight={i < heads.length ? 700 : 400}>
            {line}
          </tspan>
        ))}
      </text>
    </g>
  );
}
