// SPDX-License-Identifier: Apache-2.0
/* How long one warm inference takes: median, 90th and 99th percentile, and the spread between. */
import { inUnit, number, quantity, unitFor, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { isProvisional, type Latency, measuredModels, type Report } from "../report";
import { AXIS_PX, AxisX, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Figure } from "./figure";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { HALO, ink } from "./palette";
import { BAR_PX, barTop, RowName, rowHit, rowsFor, type Rows } from "./rows";
import { log, type Scale } from "./scale";
import type { TableData } from "./table";
import { textWidth, wrap } from "./text";

interface Timed {
  name: string;
  latency: Latency;
}

/** Fastest first: time is read from a clock for every model, so one order holds for all. */
function timed(report: Report): Timed[] {
  return measuredModels(report)
    .flatMap(({ name, latency }) => (latency ? [{ name, latency }] : []))
    .sort((a, b) => a.latency.p50_s - b.latency.p50_s);
}

/** Seconds within which such a share of the samples ended; null beyond what the report tells. */
export function quantile({ distribution }: Latency, share: number): number | null {
  if (!distribution) return null;
  const { ratio, seconds } = distribution;
  const after = ratio.findIndex((r) => r >= share);
  const [r1, s1] = [ratio[after], seconds[after]];
  if (r1 === undefined || s1 === undefined) return null;
  if (r1 === share) return s1;
  const [r0, s0] = [ratio[after - 1], seconds[after - 1]];
  return r0 === undefined || s0 === undefined ? null : s0 + ((share - r0) / (r1 - r0)) * (s1 - s0);
}

export function LatencyChart({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  const models = timed(report);
  return (
    <Figure
      name="latency"
      title={say.latencyTitle}
      summary={latencySummary(models, say)}
      table={latencyTable(models, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={models.length > 0}
      notes={models.some(({ latency }) => latency.p99_s === null) && <p>{say.latencyNoP99}</p>}
    >
      {(w) => models.length > 0 && <Picture {...{ models, chosenModel, onChoose }} width={w} />}
    </Figure>
  );
}

function latencySummary(models: Timed[], say: ChartMessages): string {
  const first = models[0];
  const last = models[models.length - 1];
  if (!first || !last) return say.latencyNone;
  const of = (model: Timed) => quantity("time", model.latency.p50_s);
  return first === last
    ? say.latencyOne(first.name, of(first))
    : say.latencyRange(first.name, of(first), last.name, of(last));
}

function latencyTable(models: Timed[], say: ChartMessages): TableData {
  const columns = (["p50", "p90", "p99"] as const).map((key) => ({
    key: `${key}_s`,
    title: say.seconds(say.percentile(key)),
    show: number,
  }));
  return {
    columns: [{ key: "model", title: say.model }, ...columns, { key: "samples", title: say.columnSamples }],
    rows: models.map(({ name, latency }) => [name, latency.p50_s, latency.p90_s, latency.p99_s, latency.samples]),
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

const BANDS: [number, number, number][] = [
  [0.05, 0.95, 4],
  [0.25, 0.75, 8],
];

function Picture({
  models,
  width,
  chosenModel,
  onChoose,
}: Omit<ChartProps, "report"> & { models: Timed[]; width: number }) {
  const say = useMessages();
  const ends = models.flatMap(({ latency }) =>
    [latency.p50_s, latency.p90_s, latency.p99_s, quantile(latency, 0.05), quantile(latency, 0.95)].filter(
      (s) => s !== null,
    ),
  );
  const unit = unitFor(
    "time",
    models.map(({ latency }) => latency.p50_s),
  );
  const rows = rowsFor(
    models.map(({ name }) => name),
    width,
  );
  const widest = Math.max(...models.map(({ latency }) => textWidth(inUnit(latency.p50_s, unit), 13)));
  const right = width - widest - 22;
  const x = log((Math.min(...ends) / unit.size) * 0.9, (Math.max(...ends) / unit.size) * 1.05, rows.left + 10, right);
  const signs = legend(legendItems(models, say), width);
  const top = signs.height + 6;
  const bottom = top + models.length * rows.height + 4;
  const words = say.latencyAxis(unit.name);
  const height = bottom + AXIS_PX + LINE_PX * wrap(words, right - rows.left).length + 6;
  const marks = models.map((model, i) =>
    latencyMark({ model, rows, x, unit, right, say, y: top + i * rows.height, chosen: model.name === chosenModel }),
  );
  return (
    <Canvas width={width} height={height} label={say.latencyTitle}>
      {signs.draw}
      <AxisX scale={x} top={top} bottom={bottom} left={rows.left} right={right} words={words} />
      <Marks {...{ marks, width, height, onChoose }} chosen={chosenModel} label={say.marks(say.latencyTitle)} />
    </Canvas>
  );
}

interface RowProps {
  model: Timed;
  rows: Rows;
  x: Scale;
  unit: Unit;
  right: number;
  say: ChartMessages;
  y: number;
  chosen: boolean;
}

function latencyMark(row: RowProps): Mark {
  const {
    model: { name, latency },
    unit,
    say,
  } = row;
  const line = (key: "p50" | "p90" | "p99", seconds: number | null) =>
    seconds === null ? [] : [`${say.percentile(key)}: ${inUnit(seconds, unit)} ${unit.name}`];
  const tip = [
    name,
    ...line("p50", latency.p50_s),
    ...line("p90", latency.p90_s),
    ...line("p99", latency.p99_s),
    say.samples(latency.samples),
  ];
  return { key: name, label: tip.join(", "), tip, hit: rowHit(row.rows, row.y), draw: <Row {...row} /> };
}

function Row({ model: { name, latency }, rows, x, unit, right, y, chosen }: RowProps) {
  const middle = barTop(rows, y) + BAR_PX / 2;
  const at = (seconds: number) => x.at(seconds / unit.size);
  const last = at(latency.p99_s ?? latency.p90_s ?? latency.p50_s);
  return (
    <>
      <RowName rows={rows} y={y} name={name} chosen={chosen} />
      {BANDS.map(([from, to, half]) => {
        const [low, high] = [quantile(latency, from), quantile(latency, to)];
        if (low === null || high === null) return null;
        return (
          <rect
            key={from}
            x={at(low)}
            y={middle - half}
            width={Math.max(1, at(high) - at(low))}
            height={2 * half}
            rx={2}
            fill={ink.soft}
            stroke={ink.axis}
            stroke-width={0.75}
          />
        );
      })}
      <line x1={at(latency.p50_s)} x2={last} y1={middle} y2={middle} stroke={ink.mark} stroke-width={2} />
      {latency.p99_s !== null && <Dot kind="p99" x={at(latency.p99_s)} y={middle} />}
      {latency.p90_s !== null && <Dot kind="p90" x={at(latency.p90_s)} y={middle} />}
      <Dot kind="p50" x={at(latency.p50_s)} y={middle} />
      <text x={right + 14} y={middle + 4} fill={ink.text} font-weight={700} {...HALO}>
        {inUnit(latency.p50_s, unit)}
      </text>
    </>
  );
}

/** Shapes, because the three often lie upon each other. */
function Dot({ kind, x, y }: { kind: "p50" | "p90" | "p99"; x: number; y: number }) {
  if (kind === "p50") return <circle cx={x} cy={y} r={5.5} fill={ink.mark} stroke={ink.paper} />;
  if (kind === "p90") return <circle cx={x} cy={y} r={4} fill={ink.paper} stroke={ink.mark} stroke-width={2} />;
  return <path d={`M${x},${y - 6}V${y + 6}`} stroke={ink.mark} stroke-width={3} />;
}

function legendItems(models: Timed[], say: ChartMessages): LegendItem[] {
  const items: LegendItem[] = (["p50", "p90", "p99"] as const).map((kind) => [
    <Dot kind={kind} x={9} y={-4} />,
    say.percentile(kind),
  ]);
  const band = (half: number) => (
    <rect y={-4 - half} width={18} height={2 * half} rx={2} fill={ink.soft} stroke={ink.axis} stroke-width={0.75} />
  );
  if (models.some(({ latency }) => latency.distribution))
    items.push([band(8), say.middleHalf], [band(4), say.middleMost]);
  return items;
}
