// SPDX-License-Identifier: Apache-2.0
/* A sweep: joules of an item against items a second, the front as a line, and what to take. */
import { number, percent, PER_MILLION, quantity, tick, unitFor, type Unit } from "../format";
import { isProvisional, type Report } from "../report";
import type { ChartMessages } from "../messages/charts.en";
import { AXIS_PX, AxisX, AxisY, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Figure } from "./figure";
import { placeLabels, type Box, type Label } from "./labels";
import { Leader, Name, NumberSign } from "./label_marks";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { ink, SMALL_MARK_PX } from "./palette";
import { log, type Scale } from "./scale";
import { adviceOf, frontOf, phraseOf, settingOf, sweepPoints, type Role, type SweepPoint } from "./sweep_data";
import type { TableData } from "./table";
import { textWidth, wrap } from "./text";
import { WhiskerY } from "./whisker";

/** Nothing of a report that is of no sweep. */
export function SweepChart({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  if (!report.sweep) return null;
  const points = sweepPoints(report);
  return (
    <Figure
      name="sweep"
      title={say.sweepTitle}
      summary={adviceWords(report, points, say)}
      table={sweepTable(points, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={points.length > 0}
      notes={
        <>
          {report.sweep.front !== undefined && <p>{kneeWords(report, points, say)}</p>}
          <p>{say.sweepNote}</p>
        </>
      }
    >
      {(w) => (points.length > 0 ? <Picture {...{ report, points, chosenModel, onChoose }} width={w} /> : null)}
    </Figure>
  );
}

/* ---- words ------------------------------------------------------------------------------------ */

export function adviceWords(report: Report, points: SweepPoint[], say: ChartMessages): string {
  const advice = adviceOf(report, points);
  switch (advice.kind) {
    case "running":
      return say.sweepRunning;
    case "none":
      return say.sweepNone;
    case "take":
      return say.sweepTake(advice.best);
    case "keep":
      return advice.open ? say.sweepOpen(advice.usual, advice.open) : say.sweepKeep(advice.usual);
  }
}

export function kneeWords({ sweep }: Report, points: SweepPoint[], say: ChartMessages): string {
  const knee = points.find((point) => point.roles.includes("knee"));
  const usual = points.find((point) => point.roles.includes("default"));
  if (knee && knee === usual) return say.sweepKneeDefault;
  const phrase = knee && usual && phraseOf(knee, usual);
  if (phrase) return say.sweepKnee(phrase);
  return sweep?.knee ? "" : say.sweepNoKnee;
}

export function sweepTable(points: SweepPoint[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "setting", title: say.model },
      { key: "threads", title: say.columnThreads },
      { key: "batch", title: say.columnBatch },
      { key: "delegate", title: say.columnDelegate },
      { key: "precision", title: say.columnPrecision },
      { key: "item_j", title: say.columnItemJ, show: number },
      { key: "item_low_j", title: say.columnLow, show: number },
      { key: "item_high_j", title: say.columnHigh, show: number },
      { key: "items_per_s", title: say.columnItemsPerS, show: number },
      { key: "batch_p50_s", title: say.columnBatchMedian, show: number },
      { key: "top1_ratio", title: say.columnAccuracy, show: percent },
      { key: "per_million_g", title: say.columnValue, show: number },
      { key: "method", title: say.method },
      { key: "front", title: say.columnFront },
      { key: "role", title: say.columnRole },
      { key: "of_default_ratio", title: say.columnOfDefault, show: percent },
      { key: "verdict", title: say.columnVerdict },
    ],
    rows: points.map((point) => {
      const { model, settings, energy, joules, low, high, items_per_s, front, roles, against } = point;
      return [
        model.name,
        settings.threads,
        settings.batch,
        model.engine.delegate,
        model.precision,
        joules,
        low,
        high,
        items_per_s,
        model.latency?.p50_s ?? null,
        model.accuracy?.top1 ?? null,
        model.footprint ? model.footprint.per_inference_g.value * PER_MILLION : null,
        say.methodOf(energy.method),
        front ? say.sweepOnFront : say.sweepOffFront,
        rolesWords(roles, say) || null,
        against?.ratio ?? null,
        against ? say.verdict(against.verdict, against.likely) : null,
      ];
    }),
  };
}

const rolesWords = (roles: readonly Role[], say: ChartMessages) => roles.map((role) => say.sweepRole[role]).join(", ");

/* ---- picture ---------------------------------------------------------------------------------- */

const LEFT_PX = 56;
const TOP_PX = 26;

interface Plot {
  unit: Unit;
  x: Scale;
  y: Scale;
  right: number;
  bottom: number;
}

function plotOf(points: SweepPoint[], width: number): Plot {
  const joules = points.flatMap(({ joules, low, high }) => [joules, low ?? joules, high ?? joules]).filter((j) => j > 0);
  const rates = points.map((point) => point.items_per_s);
  const unit = unitFor("energy", points.map((point) => point.joules));
  const bottom = TOP_PX + Math.max(220, Math.min(380, Math.round(width * 0.5)));
  const right = width - 12;
  return {
    unit,
    right,
    bottom,
    x: log(Math.min(...rates) * 0.85, Math.max(...rates) * 1.18, LEFT_PX, right),
    y: log((Math.min(...joules) / unit.size) * 0.85, (Math.max(...joules) / unit.size) * 1.18, bottom, TOP_PX, 40),
  };
}

/** Named: what has a role, and the front. The rest is told by its tip and in the table. */
const named = (point: SweepPoint) => point.front || point.roles.length > 0;

/** The signs about a point are wider than a point: its name begins after them. */
const CLEAR = "\u2002";

function shortName(point: SweepPoint, all: SweepPoint[], say: ChartMessages): string {
  const { threads, batch, delegate, precision } = settingOf(point);
  const differs = (of: (other: SweepPoint) => string | null) => new Set(all.map(of)).size > 1;
  const words = [
    `t${threads} b${batch}`,
    differs((other) => settingOf(other).delegate) ? delegate : null,
    differs((other) => settingOf(other).precision) ? precision : null,
  ];
  const name = [words.filter(Boolean).join(" "), rolesWords(point.roles, say)].filter(Boolean).join(" · ");
  return point.roles.length > 0 ? `${CLEAR}${name}${CLEAR}` : name;
}

function labelsOf(points: SweepPoint[], { unit, x, y, right, bottom }: Plot, say: ChartMessages): Map<string, Label> {
  const at = (point: SweepPoint) => ({ x: x.at(point.items_per_s), y: y.at(point.joules / unit.size) });
  const first = [...points].filter(named).sort((a, b) => b.roles.length - a.roles.length);
  const taken: Box[] = points.flatMap((point) => {
    const { x: px, y: py } = at(point);
    const dot = { x: px - 7, y: py - 7, width: 14, height: 14 };
    if (point.low === null || point.high === null) return [dot];
    const top = y.at(point.high / unit.size);
    return [dot, { x: px - 3, y: top, width: 6, height: y.at(point.low / unit.size) - top }];
  });
  const labels = placeLabels(
    first.map((point) => {
      const name = shortName(point, points, say);
      return { ...at(point), name, width: textWidth(name) };
    }),
    { x: LEFT_PX + 2, y: TOP_PX, width: right - LEFT_PX, height: bottom - TOP_PX },
    taken,
  );
  return new Map(first.map((point, i) => [point.model.name, labels[i] as Label]));
}

interface PictureProps extends ChartProps {
  points: SweepPoint[];
  width: number;
}

function Picture({ points, width, chosenModel, onChoose }: PictureProps) {
  const say = useMessages();
  const plot = plotOf(points, width);
  const { unit, x, y, right, bottom } = plot;
  const labels = labelsOf(points, plot, say);
  const front = frontOf(points);
  const line = front.map((p, i) => `${i === 0 ? "M" : "L"}${x.at(p.items_per_s)},${y.at(p.joules / unit.size)}`).join("");
  const signs = legend(legendItems(points, labels, say), width);
  const legendTop = bottom + AXIS_PX + wrap(say.sweepAxisX, right - LEFT_PX).length * LINE_PX + 10;
  const height = legendTop + signs.height;
  const marks = points.map((point) => markOf({ point, plot, say, label: labels.get(point.model.name), chosen: point.model.name === chosenModel }));
  return (
    <Canvas width={width} height={height} label={say.sweepTitle}>
      <text x={2} y={14} fill={ink.dim}>
        {say.sweepAxisY(unit.name)}
      </text>
      <AxisY scale={y} left={LEFT_PX} right={right} show={tick} />
      <AxisX scale={x} top={TOP_PX} bottom={bottom} left={LEFT_PX} right={right} words={say.sweepAxisX} />
      {front.length > 1 && <path d={line} fill="none" stroke={ink.front} stroke-width={2} aria-hidden="true" />}
      <Marks {...{ marks, width, height, onChoose }} chosen={chosenModel} label={say.marks(say.sweepTitle)} />
      <g transform={`translate(0,${legendTop})`}>{signs.draw}</g>
    </Canvas>
  );
}

const STAR = Array.from({ length: 10 }, (_, i) => {
  const angle = (Math.PI * i) / 5 - Math.PI / 2;
  const radius = i % 2 === 0 ? 6 : 2.6;
  return `${i === 0 ? "M" : "L"}${(radius * Math.cos(angle)).toFixed(2)},${(radius * Math.sin(angle)).toFixed(2)}`;
}).join("");

/** Front: filled, else hollow. A square, a diamond and a star about it tell what it is besides. */
function Shape({ x, y, front, roles }: { x: number; y: number; front: boolean; roles: readonly Role[] }) {
  const frame = { fill: "none", stroke: ink.text, "stroke-width": 1.75 } as const;
  return (
    <g transform={`translate(${x},${y})`}>
      {roles.includes("default") && <rect x={-8} y={-8} width={16} height={16} {...frame} />}
      {roles.includes("knee") && <path d="M0,-11.5L11.5,0L0,11.5L-11.5,0Z" {...frame} />}
      {roles.includes("best") && <path d={STAR} transform="translate(0,-15)" fill={ink.accent} stroke={ink.paper} stroke-width={0.5} />}
      <circle r={5} fill={front ? ink.mark : ink.paper} stroke={front ? ink.paper : ink.mark} stroke-width={front ? 1.5 : 2} />
    </g>
  );
}

interface MarkProps {
  point: SweepPoint;
  plot: Plot;
  say: ChartMessages;
  label: Label | undefined;
  chosen: boolean;
}

function markOf(props: MarkProps): Mark {
  const { point, plot, say } = props;
  const { model, joules, low, high, energy, items_per_s, front, roles, against } = point;
  const x = plot.x.at(items_per_s);
  const y = plot.y.at(joules / plot.unit.size);
  const tip = [
    [model.name, rolesWords(roles, say)].filter(Boolean).join(" · "),
    say.sweepEnergy(quantity("energy", joules), energy.method),
    ...(low !== null && high !== null ? [say.byRounds(quantity("energy", low), quantity("energy", high))] : []),
    say.sweepRate(number(items_per_s)),
    ...(model.latency ? [say.sweepBatchTime(quantity("time", model.latency.p50_s))] : []),
    front ? say.sweepOnFront : say.sweepOffFront,
    ...(against ? [say.sweepOfDefault(percent(against.ratio), say.verdict(against.verdict, against.likely))] : []),
  ];
  return {
    key: model.name,
    label: tip.join(", "),
    tip,
    hit: { x: x - SMALL_MARK_PX / 2, y: y - SMALL_MARK_PX / 2, width: SMALL_MARK_PX, height: SMALL_MARK_PX },
    draw: <PointDrawing {...props} x={x} y={y} />,
  };
}

function PointDrawing({ point, plot, label, chosen, x, y }: MarkProps & { x: number; y: number }) {
  const { low, high, front, roles } = point;
  const bound = (joules: number) => plot.y.at(joules / plot.unit.size);
  return (
    <>
      {label && <Leader {...{ label, x, y }} />}
      {low !== null && high !== null && <WhiskerY x={x} y1={bound(high)} y2={bound(low)} />}
      {chosen && <circle cx={x} cy={y} r={14} fill="none" stroke={ink.text} stroke-width={2} stroke-dasharray="3 2" />}
      <Shape {...{ x, y, front, roles }} />
      {label && <Name {...{ label, chosen }} />}
    </>
  );
}

function legendItems(points: SweepPoint[], labels: Map<string, Label>, say: ChartMessages): LegendItem[] {
  const sign = (front: boolean, roles: Role[]) => (
    <g transform="translate(9,-4) scale(0.8)">
      <Shape x={0} y={roles.includes("best") ? 4 : 0} front={front} roles={roles} />
    </g>
  );
  const items: LegendItem[] = [];
  if (points.some((point) => point.front)) items.push([sign(true, []), say.sweepFront]);
  if (points.some((point) => !point.front)) items.push([sign(false, []), say.sweepBeaten]);
  const roles = [
    ["default", say.sweepDefaultSign],
    ["knee", say.sweepKneeSign],
    ["best", say.sweepBestSign],
  ] as const;
  for (const [role, words] of roles) {
    const point = points.find((p) => p.roles.includes(role));
    if (point) items.push([sign(point.front, [role]), words]);
  }
  for (const point of points) {
    const label = labels.get(point.model.name);
    if (!label || label.number === null) continue;
    items.push([<NumberSign number={label.number} />, shortName(point, points, say).trim()]);
  }
  return items;
}
