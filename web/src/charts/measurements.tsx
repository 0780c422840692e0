// SPDX-License-Identifier: Apache-2.0
/* One model wherever it was measured: joules of an inference, a row a measurement, a machine after the other. */
import { number, quantity, unitFor, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import type { Interval, Method } from "../report";
import { AXIS_PX, AxisX, LINE_PX } from "./axis";
import { Canvas, Figure } from "./figure";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { ink } from "./palette";
import { BAR_PX, barTop, RowName, rowHit, rowsFor, type Rows } from "./rows";
import { linear, type Scale } from "./scale";
import type { TableData } from "./table";
import { wrap } from "./text";
import { Whisker } from "./whisker";

export interface MeasuredOnce {
  study: number;
  created_unix_s: number;
  machine: { name: string | null; cpu: string };
  engine: string;
  joules: (Interval & { method: Method }) | null;
  latency_s: number | null;
  grams: Interval | null;
}

type Known = MeasuredOnce & { joules: Interval & { method: Method } };

/** Machines by their newest measurement; of each, the newest first. */
export function byMachine(all: readonly MeasuredOnce[]): MeasuredOnce[] {
  const newest = (cpu: string) => Math.max(...all.filter((one) => one.machine.cpu === cpu).map((one) => one.created_unix_s));
  return [...all].sort(
    (a, b) =>
      newest(b.machine.cpu) - newest(a.machine.cpu) ||
      a.machine.cpu.localeCompare(b.machine.cpu) ||
      b.created_unix_s - a.created_unix_s,
  );
}

const known = (all: readonly MeasuredOnce[]): Known[] => byMachine(all).filter((one): one is Known => one.joules !== null);

export function MeasurementsChart({
  name,
  measurements,
  onChoose,
  width,
}: {
  name: string;
  measurements: readonly MeasuredOnce[];
  onChoose?: (study: number) => void;
  width?: number;
}) {
  const say = useMessages();
  const shown = known(measurements);
  const machines = new Set(measurements.map((one) => one.machine.cpu)).size;
  return (
    <Figure
      name="measurements"
      title={say.measurementsTitle}
      summary={say.measurementsSummary(name, measurements.length, machines)}
      table={measurementsTable(measurements, say)}
      width={width}
      picture={shown.length > 0}
      notes={shown.length > 0 && <p>{say.measurementsNote}</p>}
    >
      {(w) =>
        shown.length > 0 && <Picture shown={shown} width={w} onChoose={onChoose && ((key) => onChoose(Number(key.split("/")[0])))} />
      }
    </Figure>
  );
}

function measurementsTable(all: readonly MeasuredOnce[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "machine", title: say.columnMachine },
      { key: "cpu", title: say.columnCpu },
      { key: "measured", title: say.columnDay },
      { key: "study", title: say.columnStudy, show: String },
      { key: "engine", title: say.columnEngine },
      { key: "per_inference_j", title: say.joulesOf(say.stage("inference")), show: number },
      { key: "low_j", title: say.columnBoundLow, show: number },
      { key: "high_j", title: say.columnBoundHigh, show: number },
      { key: "method", title: say.method },
      { key: "latency_s", title: say.columnMedian, show: (seconds) => quantity("time", seconds) },
      { key: "per_inference_g", title: say.gramsOf(say.stage("inference")), show: number },
    ],
    rows: byMachine(all).map(({ machine, created_unix_s, study, engine, joules, latency_s, grams }) => [
      machine.name,
      machine.cpu,
      day(created_unix_s),
      study,
      engine,
      joules?.value ?? null,
      joules?.low ?? null,
      joules?.high ?? null,
      say.methodOf(joules?.method ?? "unavailable"),
      latency_s,
      grams?.value ?? null,
    ]),
  };
}

const day = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString().slice(0, 10);

/* ---- picture ---------------------------------------------------------------------------------- */

const rowName = ({ machine, created_unix_s }: Known): string => `${machine.cpu}, ${day(created_unix_s)}`;

function Picture({ shown, width, onChoose }: { shown: Known[]; width: number; onChoose: ((key: string) => void) | undefined }) {
  const say = useMessages();
  const rows = rowsFor(shown.map(rowName), width);
  const unit = unitFor("energy", shown.map((one) => one.joules.value));
  const right = width - 14;
  const x = linear(Math.max(...shown.map(({ joules }) => joules.high ?? joules.value)) / unit.size, rows.left, right);
  const signs = legend(legendItems(shown, say), width);
  const top = signs.height + 6;
  const bottom = top + shown.length * rows.height;
  const words = say.energyAxis(unit.name);
  const height = bottom + AXIS_PX + LINE_PX * wrap(words, right - rows.left).length + 10;
  const marks = shown.map((one, i) => rowMark(one, i, { rows, x, y: top + i * rows.height, unit, say }));
  return (
    <Canvas width={width} height={height} label={say.measurementsTitle}>
      {signs.draw}
      <AxisX scale={x} top={top} bottom={bottom + 4} left={rows.left} right={right} words={words} />
      <Marks {...{ marks, width, height, onChoose }} label={say.marks(say.measurementsTitle)} />
    </Canvas>
  );
}

function legendItems(shown: Known[], say: ChartMessages): LegendItem[] {
  const items: LegendItem[] = [[<Whisker x1={1} x2={17} y={-4} />, say.legendWrong]];
  for (const measured of [true, false])
    if (shown.some(({ joules }) => (joules.method === "measured") === measured))
      items.push([<Dot x={9} y={-4} measured={measured} />, say.methodOf(measured ? "measured" : "estimated")]);
  return items;
}

interface Place {
  rows: Rows;
  x: Scale;
  y: number;
  unit: Unit;
  say: ChartMessages;
}

function rowMark(one: Known, i: number, { rows, x, y, unit, say }: Place): Mark {
  const { joules, latency_s, engine, study } = one;
  const tip = [
    rowName(one),
    say.range(quantity("energy", joules.low), quantity("energy", joules.high)),
    `${quantity("energy", joules.value)}, ${say.methodOf(joules.method)}`,
    ...(latency_s === null ? [] : [say.medianOf(quantity("time", latency_s))]),
    `${engine}, ${say.columnStudy} ${study}`,
  ];
  const middle = barTop(rows, y) + BAR_PX / 2;
  const draw = (
    <>
      <RowName rows={rows} y={y} name={rowName(one)} chosen={false} />
      <Whisker x1={x.at(joules.low / unit.size)} x2={x.at(joules.high / unit.size)} y={middle} />
      <Dot x={x.at(joules.value / unit.size)} y={middle} measured={joules.method === "measured"} />
    </>
  );
  return { key: `${study}/${i}`, label: tip.join(", "), tip, hit: rowHit(rows, y), draw };
}

/** Filled is measured, a ring is estimated. */
const Dot = ({ x, y, measured }: { x: number; y: number; measured: boolean }) => (
  <circle cx={x} cy={y} r={5.5} fill={measured ? ink.mark : ink.paper} stroke={ink.mark} stroke-width={2} />
);
