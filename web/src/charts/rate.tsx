// SPDX-License-Identifier: Apache-2.0
/* Joules of a request by how often one comes: the fewer, the more of them is waiting. */
import { count, number, percent, quantity, tick, unitFor, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { energyMethods, isProvisional, isRate, measuredModels, type Rate, reference, type Report } from "../report";
import { AXIS_PX, AxisX, AxisY, Lines, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Figure } from "./figure";
import { besidePlot, type Box, type Dot, type Label } from "./labels";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { HALO, ink, SMALL_MARK_PX } from "./palette";
import { log, type Scale } from "./scale";
import type { TableData } from "./table";
import { textWidth, wrap } from "./text";

export interface Served {
  name: string;
  rate: Rate;
}

export const served = (report: Report): Served[] =>
  measuredModels(report).flatMap(({ name, footprint }) =>
    isRate(footprint?.at_rate) ? [{ name, rate: footprint.at_rate }] : [],
  );

/** Why there are no figures at a rate: none was given, or what waiting draws is not known. */
export function noRateWords(report: Report, say: ChartMessages): string {
  for (const { footprint } of measuredModels(report)) {
    const rate = footprint?.at_rate;
    if (rate && "reason" in rate) return say.rateUnknown(rate.reason);
  }
  return say.rateNone;
}

export function RateChart({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  const models = served(report);
  const shown = reference(report, chosenModel);
  const main = models.find(({ name }) => name === shown) ?? models[0];
  return (
    <Figure
      name="rate"
      title={say.rateTitle}
      summary={main ? rateSummary(main, say) : noRateWords(report, say)}
      table={rateTable(models, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={models.length > 0}
      notes={
        main && (
          <p>
            {say.rateNote(quantity("power", main.rate.idle_w))} {say.energyIs(energyMethods(report))}
          </p>
        )
      }
    >
      {(w) =>
        main &&
        main.rate.per_request_j.value > 0 && <Picture {...{ models, onChoose, chosenModel }} main={main} width={w} />
      }
    </Figure>
  );
}

function rateSummary({ name, rate }: Served, say: ChartMessages): string {
  const idle = rate.idle_ratio === null ? null : percent(Math.min(1, rate.idle_ratio));
  return say.rateSummary(
    name,
    count(rate.requests_per_day),
    quantity("energy", rate.per_request_j.value),
    quantity("mass", rate.per_request_g.value),
    idle,
  );
}

function rateTable(models: Served[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "requests_per_day", title: say.columnRequests, show: count },
      { key: "per_request_j", title: say.joulesOf(say.request), show: number },
      { key: "low_j", title: say.columnBoundLow, show: number },
      { key: "high_j", title: say.columnBoundHigh, show: number },
      { key: "per_request_g", title: say.gramsOf(say.request), show: number },
      { key: "idle_ratio", title: say.columnIdle, show: percent },
      { key: "workers", title: say.columnWorkers, show: count },
    ],
    rows: models.flatMap(({ name, rate }) => [
      [
        name,
        rate.requests_per_day,
        rate.per_request_j.value,
        rate.per_request_j.low,
        rate.per_request_j.high,
        rate.per_request_g.value,
        rate.idle_ratio,
        rate.workers,
      ],
      ...rate.curve.requests_per_day.map((requests, i) => [
        name,
        requests,
        rate.curve.joules_per_request[i] ?? null,
        null,
        null,
        null,
        null,
        1,
      ]),
    ]),
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

const LEFT_PX = 62;
const TOP_PX = 28;
const NARROW_PX = 520;
/** Room for what tells the lines apart, beside the plot: numbers where it is narrow. */
const NUMBERS_PX = 30;
const LEADER_PX = 14;

interface PictureProps extends Omit<ChartProps, "report"> {
  models: Served[];
  main: Served;
  width: number;
}

interface Curve extends Served {
  /** Points of the plot, rates ascending. */
  points: [number, number][];
}

function Picture({ models, main, width, chosenModel, onChoose }: PictureProps) {
  const say = useMessages();
  const joules = models.flatMap(({ rate }) =>
    [...rate.curve.joules_per_request, rate.per_request_j.value].filter((j) => j !== null && j > 0),
  ) as number[];
  const requests = models.flatMap(({ rate }) => [...rate.curve.requests_per_day, rate.requests_per_day]);
  const unit = unitFor("energy", joules);
  const narrow = width < NARROW_PX;
  const names = Math.max(...models.map(({ name }) => textWidth(name))) + LEADER_PX + 4;
  const numbered = narrow || names > width / 3;
  const right = width - (numbered ? NUMBERS_PX : names);
  const bottom = TOP_PX + Math.max(200, Math.min(340, Math.round(width * 0.45)));
  const x = log(Math.min(...requests), Math.max(...requests) * 2, LEFT_PX, right, 76);
  const y = log((Math.min(...joules) / unit.size) * 0.5, (Math.max(...joules) / unit.size) * 1.5, bottom, TOP_PX, 36);
  const curves = models
    .map((model) => ({ ...model, points: pointsOf(model, x, y, unit) }))
    .filter(({ points }) => points.length > 0);
  const frame: Box = { x: LEFT_PX + 2, y: TOP_PX, width: right - LEFT_PX, height: bottom - TOP_PX };
  const labels = besidePlot(curves.map(endOf), right + LEADER_PX, frame, numbered);
  const signs = legend(legendItems(curves, labels, main.name, say), width);
  const signsTop = bottom + AXIS_PX + LINE_PX * wrap(say.rateAxis, right - LEFT_PX).length + 10;
  const height = signsTop + signs.height;
  const marks = curves.map((curve, i) =>
    curveMark({ curve, label: labels[i] as Label, say, main: curve.name === main.name, y, unit, x }),
  );
  return (
    <Canvas width={width} height={height} label={say.rateTitle}>
      <text x={2} y={14} fill={ink.dim}>
        {say.rateAxisY(unit.name)}
      </text>
      <AxisY scale={y} left={LEFT_PX} right={right} show={tick} />
      <AxisX scale={x} top={TOP_PX} bottom={bottom} left={LEFT_PX} right={right} words={say.rateAxis} />
      <UserRate
        x={x.at(main.rate.requests_per_day)}
        top={TOP_PX}
        bottom={bottom}
        right={right}
        words={say.yourRate(count(main.rate.requests_per_day))}
      />
      <Marks {...{ marks, width, height, onChoose }} chosen={chosenModel} label={say.marks(say.rateTitle)} />
      <g transform={`translate(0,${signsTop})`}>{signs.draw}</g>
    </Canvas>
  );
}

/** Where its name belongs. */
function endOf({ name, points }: Curve): Dot {
  const [x, y] = points[points.length - 1] as [number, number];
  return { x, y, name, width: textWidth(name) };
}

function pointsOf({ rate }: Served, x: Scale, y: Scale, unit: Unit): [number, number][] {
  return rate.curve.requests_per_day.flatMap((requests, i): [number, number][] => {
    const joules = rate.curve.joules_per_request[i];
    return joules === null || joules === undefined || !(joules > 0) ? [] : [[x.at(requests), y.at(joules / unit.size)]];
  });
}

function UserRate({
  x,
  top,
  bottom,
  right,
  words,
}: {
  x: number;
  top: number;
  bottom: number;
  right: number;
  words: string;
}) {
  const left = x + textWidth(words) + 8 > right;
  return (
    <g aria-hidden="true">
      <line x1={x} x2={x} y1={top} y2={bottom} stroke={ink.accent} stroke-width={2} stroke-dasharray="6 3" />
      <Lines
        x={left ? x - 6 : x + 6}
        y={top + 12}
        lines={[words]}
        anchor={left ? "end" : "start"}
        fill={ink.text}
        weight={700}
      />
    </g>
  );
}

interface CurveProps {
  curve: Curve;
  label: Label;
  say: ChartMessages;
  main: boolean;
  x: Scale;
  y: Scale;
  unit: Unit;
}

/** The mark is the end of the line, where one worker is always busy: only there the models part. */
function curveMark({ curve, label, say, main, x, y, unit }: CurveProps): Mark {
  const { name, rate, points } = curve;
  const [ex, ey] = points[points.length - 1] as [number, number];
  const j = rate.per_request_j;
  const tip = [
    name,
    say.atRate(count(rate.requests_per_day), quantity("energy", j.value), quantity("mass", rate.per_request_g.value)),
    say.range(quantity("energy", j.low), quantity("energy", j.high)),
    say.mostRequests(number(rate.most_requests_per_day)),
  ];
  return {
    key: name,
    label: tip.join(", "),
    tip,
    hit: { x: ex - SMALL_MARK_PX / 2, y: ey - SMALL_MARK_PX / 2, width: SMALL_MARK_PX, height: SMALL_MARK_PX },
    draw: <CurveDrawing {...{ curve, label, main, x, y, unit }} />,
  };
}

function CurveDrawing({ curve, label, main, x, y, unit }: Omit<CurveProps, "say">) {
  const { rate, points } = curve;
  const [ex, ey] = points[points.length - 1] as [number, number];
  const user = { cx: x.at(rate.requests_per_day), cy: y.at(rate.per_request_j.value / unit.size) };
  const weight = main || label.number !== null ? 700 : 400;
  return (
    <>
      <polyline
        class="chart-curve"
        points={points.map((point) => point.join(",")).join(" ")}
        fill="none"
        stroke={main ? ink.mark : ink.axis}
        stroke-width={main ? 2.5 : 1.25}
      />
      {label.leader && <line x1={ex} y1={ey} x2={label.x - 2} y2={label.y - 4} stroke={ink.axis} />}
      <circle cx={ex} cy={ey} r={4.5} fill={main ? ink.mark : ink.paper} stroke={ink.mark} stroke-width={2} />
      {main && <circle {...user} r={6} fill={ink.accent} stroke={ink.paper} stroke-width={1.5} />}
      <text x={label.x} y={label.y} text-anchor={label.anchor} fill={ink.text} font-weight={weight} {...HALO}>
        {label.text}
      </text>
    </>
  );
}

function legendItems(curves: Curve[], labels: Label[], main: string, say: ChartMessages): LegendItem[] {
  const named = curves.map(({ name }, i) => ({ name, number: labels[i]?.number ?? null }));
  const numbered = named.flatMap(({ name, number: n }) => (n === null ? [] : [{ name, n }])).sort((a, b) => a.n - b.n);
  const mainNumber = numbered.find(({ name }) => name === main)?.n;
  return [
    [
      <line x1={0} x2={18} y1={-4} y2={-4} stroke={ink.mark} stroke-width={2.5} />,
      mainNumber === undefined ? main : `${mainNumber}: ${main}`,
    ],
    [<circle cx={9} cy={-4} r={6} fill={ink.accent} />, say.legendYourRate(main)],
    ...numbered
      .filter(({ name }) => name !== main)
      .map(({ name, n }): LegendItem => [
        <text x={9} text-anchor="middle" font-weight={700} fill={ink.text}>
          {n}
        </text>,
        name,
      ]),
  ];
}
