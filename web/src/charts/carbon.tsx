// SPDX-License-Identifier: Apache-2.0
/* Grams of a million inferences, least first. Bars from a true zero, or dots on a logarithmic axis. */
import { useId, useState } from "preact/hooks";
import { factor, inUnit, number, percent, PER_MILLION, quantity, unitFor, type Unit } from "../format";
import {
  boundary,
  carbonGroups,
  hasEnergy,
  isMeasured,
  isProvisional,
  pairOf,
  type CarbonGroup,
  type ModelCarbon,
  type Report,
} from "../report";
import type { ChartMessages } from "../messages/charts.en";
import { AXIS_PX, AxisX, Lines, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Choice, Figure } from "./figure";
import { barLook, Hatch } from "./hatch";
import { useMessages } from "./language";
import { Marks, type Mark } from "./marks";
import { HALO, ink } from "./palette";
import { BAR_PX, barTop, RowName, rowHit, rowsFor, type Rows } from "./rows";
import { linear, log, type Scale } from "./scale";
import type { TableData } from "./table";
import { textWidth, wrap } from "./text";
import { Bracket, Whisker } from "./whisker";

type ScaleName = "linear" | "log";

const GAP_PX = 6;

export function CarbonChart({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  const [scale, setScale] = useState<ScaleName>("linear");
  const groups = carbonGroups(report);
  return (
    <Figure
      name="carbon"
      title={say.carbonTitle}
      summary={carbonSummary(report, say)}
      table={carbonTable(report, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={groups.length > 0}
      tools={
        groups.length > 0 && (
          <Choice
            label={say.scale}
            value={scale}
            onChange={setScale}
            options={[
              ["linear", say.linear],
              ["log", say.log],
            ]}
          />
        )
      }
      notes={carbonNotes(report, say).map((line) => (
        <p key={line}>{line}</p>
      ))}
    >
      {(w) => groups.length > 0 && <Picture {...{ report, groups, scale, chosenModel, onChoose }} width={w} />}
    </Figure>
  );
}

/* ---- words ------------------------------------------------------------------------------------ */

/** What it all comes to, with the verdict beside every share: a difference may be noise. */
export function carbonSummary(report: Report, say: ChartMessages): string {
  const groups = carbonGroups(report);
  const place = say.place(report.site.zone, report.site.year);
  const of = (carbon: ModelCarbon) => quantity("mass", carbon.value * PER_MILLION);
  if (groups.length === 0) return say.carbonNone;
  const sentences = groups.map(({ models }) => {
    const least = models[0] as ModelCarbon;
    const most = models[models.length - 1] as ModelCarbon;
    if (least === most || !(most.value > 0)) return say.carbonOne(least.name, of(least), place);
    const pair = pairOf(report, least.name, most.name);
    const verdict = pair ? say.verdict(pair.verdict, pair.likely) : say.verdict("unresolved", false);
    return say.carbonLeast(least.name, of(least), percent(least.value / most.value), most.name, verdict, place);
  });
  if (groups.length > 1) sentences.push(say.carbonNotRanked(groups.map((group) => say.methodOf(group.method))));
  return sentences.join(" ");
}

function carbonNotes(report: Report, say: ChartMessages): string[] {
  const known = carbonGroups(report).flatMap((group) => group.models);
  const notes = known.length > 0 ? [say.whisker] : [];
  if (known.some((carbon) => !carbon.enough_rounds)) notes.push(say.fewRounds);
  const words = [notes.join(" "), isProvisional(report) ? say.running : ""];
  for (const model of isProvisional(report) ? [] : report.models) {
    if (!isMeasured(model)) words.push(say.failed(model.name, model.error.message));
    else if (!hasEnergy(model.energy)) words.push(say.unknownCarbon(model.name, model.energy.reason));
  }
  return words.filter((line) => line !== "");
}

function carbonTable(report: Report, say: ChartMessages): TableData {
  const known = carbonGroups(report).flatMap((group) => group.models);
  const state = isProvisional(report) ? say.provisional : say.stateFinal;
  const million = (value: number | null) => (value === null ? null : value * PER_MILLION);
  const without = report.models.filter((model) => !known.some((carbon) => carbon.name === model.name));
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "method", title: say.method },
      { key: "per_million_g", title: say.columnValue, show: number },
      { key: "statistical_low_g", title: say.columnLow, show: number },
      { key: "statistical_high_g", title: say.columnHigh, show: number },
      { key: "systematic_low_g", title: say.columnSystematicLow, show: number },
      { key: "systematic_high_g", title: say.columnSystematicHigh, show: number },
      { key: "rounds", title: say.columnRounds },
      { key: "state", title: say.columnState },
    ],
    rows: [
      ...known.map((c) => [
        c.name,
        say.methodOf(c.method),
        million(c.value),
        million(c.statistical.low),
        million(c.statistical.high),
        million(c.systematic.low),
        million(c.systematic.high),
        c.rounds,
        state,
      ]),
      ...without.map((model) => [
        model.name,
        say.methodOf("unavailable"),
        null,
        null,
        null,
        null,
        null,
        null,
        isMeasured(model) ? state : model.error.message,
      ]),
    ],
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

interface PictureProps extends ChartProps {
  groups: CarbonGroup[];
  scale: ScaleName;
  width: number;
}

interface Layout {
  rows: Rows;
  right: number;
  /** In the chart's unit, per million. */
  scale: Scale;
  /** Where grams of one inference stand. */
  x: (grams: number) => number;
  unit: Unit;
}

function layOut(groups: CarbonGroup[], width: number, scale: ScaleName): Layout {
  const models = groups.flatMap((group) => group.models);
  const unit = unitFor(
    "mass",
    models.map((carbon) => carbon.value * PER_MILLION),
  );
  const rows = rowsFor(
    models.map((carbon) => carbon.name),
    width,
  );
  const { left } = rows;
  const highs = models.flatMap((c) => [c.value, c.statistical.high ?? c.value]);
  const brackets = groups.map((group) => widest(group).systematic.high ?? 0);
  const max = Math.max(...highs, ...brackets);
  const lows = [
    ...models.map((c) => c.statistical.low ?? c.value),
    ...groups.map((group) => widest(group).systematic.low ?? 0),
  ];
  const min = Math.min(...[...lows, ...models.map((c) => c.value)].filter((low) => low > 0));
  const last = width - 14;
  const size = unit.size / PER_MILLION;
  const upTo = (right: number) =>
    scale === "linear" ? linear(max / size, left, right) : log(min / size, max / size, left + 8, right);
  const over = models.map(
    (c) => valueStart(c, (g) => upTo(last).at(g / size)) + textWidth(number(c.value / size), 13) - width + 2,
  );
  const right = last - Math.max(0, ...over);
  const drawn = upTo(right);
  return { rows, right, scale: drawn, x: (grams) => drawn.at(grams / size), unit };
}

const widest = (group: CarbonGroup): ModelCarbon => group.models[group.models.length - 1] as ModelCarbon;

/** The value stands behind bar and whisker. */
const valueStart = (c: ModelCarbon, x: Layout["x"]) => x(Math.max(c.value, c.statistical.high ?? 0)) + 9;

function Picture({ report, groups, scale, width, chosenModel, onChoose }: PictureProps) {
  const say = useMessages();
  const hatch = useId();
  const layout = layOut(groups, width, scale);
  const { unit, right, rows } = layout;
  const marks: Mark[] = [];
  const around: preact.JSX.Element[] = [];
  let y = 0;
  for (const group of groups) {
    const { measured, estimated } = boundary(report, group.method);
    const head = wrap(say.groupOf(group.method, measured, estimated), width - 8);
    around.push(<Lines key={group.method} x={2} y={y + 13} lines={head} />);
    y += head.length * LINE_PX + GAP_PX;
    for (const carbon of group.models) {
      marks.push(
        rowMark({ carbon, report, group, layout, y, width, hatch, scale, say, chosen: carbon.name === chosenModel }),
      );
      y += rows.height;
    }
    const bracket = systematicBracket(group, layout, y, width, say);
    around.push(bracket.draw);
    y += bracket.height;
  }
  const height = y + AXIS_PX + LINE_PX * wrap(axisWords(scale, unit, say), right - rows.left).length + 6;
  return (
    <Canvas width={width} height={height} label={say.carbonTitle}>
      <defs>
        <Hatch id={hatch} />
      </defs>
      <AxisX
        scale={layout.scale}
        top={LINE_PX}
        bottom={y}
        words={axisWords(scale, unit, say)}
        left={rows.left}
        right={right}
      />
      {around}
      <Marks {...{ marks, width, height, onChoose }} chosen={chosenModel} label={say.marks(say.carbonTitle)} />
    </Canvas>
  );
}

const axisWords = (scale: ScaleName, unit: Unit, say: ChartMessages) =>
  scale === "linear" ? say.carbonAxis(unit.name) : say.carbonAxisLog(unit.name);

/** One for all bars of a way of knowing: it moves them together, so it belongs to the axis. */
function systematicBracket(
  group: CarbonGroup,
  { x, rows, right }: Layout,
  y: number,
  width: number,
  say: ChartMessages,
) {
  const { value, systematic } = widest(group);
  const { low, high } = systematic;
  if (low === null || high === null || !(low > 0)) return { draw: <g key={`${group.method}-bracket`} />, height: 0 };
  const words = wrap(say.systematic(factor(low / value), factor(high / value)), width - 8);
  const room = Math.max(...words.map((line) => textWidth(line)));
  const middle = (x(low) + x(high)) / 2;
  const start = Math.max(4, Math.min(width - room - 4, middle - room / 2));
  return {
    draw: (
      <g key={`${group.method}-bracket`}>
        <Bracket x1={Math.max(rows.left, x(low))} x2={Math.min(right, x(high))} at={x(value)} y={y + 10} />
        <Lines x={start} y={y + 26} lines={words} fill={ink.text} />
      </g>
    ),
    height: 20 + words.length * LINE_PX + GAP_PX,
  };
}

interface RowProps {
  carbon: ModelCarbon;
  report: Report;
  group: CarbonGroup;
  layout: Layout;
  y: number;
  width: number;
  hatch: string;
  scale: ScaleName;
  say: ChartMessages;
  chosen: boolean;
}

function rowMark(row: RowProps): Mark {
  const { carbon, report, group, layout, y, say } = row;
  const value = `${inUnit(carbon.value * PER_MILLION, layout.unit)} ${layout.unit.name}`;
  const bounds = (low: number | null, high: number | null, words: (low: string, high: string) => string) =>
    low === null || high === null
      ? []
      : [
          words(
            inUnit(low * PER_MILLION, layout.unit),
            `${inUnit(high * PER_MILLION, layout.unit)} ${layout.unit.name}`,
          ),
        ];
  const most = widest(group);
  const tip = [
    carbon.name,
    `${value} CO₂e, ${say.methodOf(carbon.method)}`,
    ...bounds(carbon.statistical.low, carbon.statistical.high, say.byRounds),
    ...bounds(carbon.low, carbon.high, say.byAll),
    ...(most === carbon ? [] : [say.shareOf(percent(carbon.value / most.value), most.name)]),
    say.roundsOf(carbon.rounds, carbon.enough_rounds),
    ...(isProvisional(report) ? [say.provisional] : []),
  ];
  return {
    key: carbon.name,
    label: [say.carbonMark(carbon.name, value, say.methodOf(carbon.method)), ...tip.slice(2)].join(", "),
    tip,
    hit: rowHit(layout.rows, y),
    draw: <Row {...row} />,
  };
}

function Row({ carbon, report, layout, y, width, hatch, scale, say, chosen }: RowProps) {
  const { rows, x, unit } = layout;
  const provisional = isProvisional(report);
  const top = barTop(rows, y);
  const middle = top + BAR_PX / 2;
  const { low, high } = carbon.statistical;
  const look = barLook(carbon.method, provisional, hatch);
  const end = x(carbon.value);
  const value = inUnit(carbon.value * PER_MILLION, unit);
  const after = provisional ? ` ${say.provisional}` : "";
  const beside = valueStart(carbon, x);
  const fits = beside + textWidth(value, 13) + textWidth(after) <= width;
  return (
    <>
      <RowName rows={rows} y={y} name={carbon.name} chosen={chosen} />
      {scale === "linear" && (
        <rect x={rows.left} y={top} width={Math.max(1, end - rows.left)} height={BAR_PX} {...look} />
      )}
      {low !== null && high !== null && (
        <Whisker
          x1={Math.max(rows.left, x(low))}
          x2={x(high)}
          y={middle}
          open={x(low) < rows.left || (scale === "log" && !(low > 0))}
        />
      )}
      {scale === "log" && <circle cx={end} cy={middle} r={6} {...look} />}
      <text x={beside} y={middle + 4} fill={ink.text} {...HALO}>
        <tspan font-weight={700}>{value}</tspan>
        {fits && <tspan fill={ink.dim}>{after}</tspan>}
      </text>
    </>
  );
}
