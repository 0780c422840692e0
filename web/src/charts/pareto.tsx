// SPDX-License-Identifier: Apache-2.0
/* Accuracy against carbon, one picture a data set: what no other model beats in both. */
import { factor, number, percent, percentNumber, PER_MILLION, quantity, unitFor, type Unit } from "../format";
import {
  type Accuracy,
  carbonGroups,
  type Front,
  type FrontModel,
  isMeasured,
  isProvisional,
  modelCarbon,
  type ModelCarbon,
  type Report,
} from "../report";
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
import { paretoSummary } from "./pareto_words";
import { between, log, type Scale } from "./scale";
import type { TableData } from "./table";
import { textWidth, wrap } from "./text";
import { Whisker, WhiskerY } from "./whisker";

/** Data sets never share an axis, so each has its own figure. */
export function ParetoChart({ report, chosenModel, onChoose, width }: ChartProps) {
  return (
    <div class="chart-pair">
      {report.pareto.map((front) => (
        <FrontFigure key={`${front.dataset} ${front.split}`} {...{ report, front, chosenModel, onChoose, width }} />
      ))}
    </div>
  );
}

interface FrontProps extends ChartProps {
  front: Front;
}

function FrontFigure({ report, front, chosenModel, onChoose, width }: FrontProps) {
  const say = useMessages();
  const notes = (
    <>
      <p>
        {say.paretoWhiskers} {systematicWords(report, front, say)}
      </p>
      {front.not_on_axis.length > 0 && (
        <p>{say.notOnAxis(front.not_on_axis.map(({ name, reason }) => [name, reason]))}</p>
      )}
    </>
  );
  return (
    <Figure
      name={`accuracy-${front.dataset}-${front.split}`.replace(/[^\w-]+/g, "-")}
      title={say.paretoTitle(`${front.dataset} ${front.split}`)}
      summary={paretoSummary(front, say)}
      table={frontTable(report, front, say)}
      notes={notes}
      provisional={isProvisional(report)}
      width={width}
    >
      {(w) => <Picture {...{ report, front, chosenModel, onChoose }} width={w} />}
    </Figure>
  );
}

/** Of the model that emits most, as the bracket in the chart of carbon. */
function systematicWords(report: Report, front: Front, say: ChartMessages): string {
  const known = carbonGroups(report)
    .flatMap(({ models }) => models)
    .filter(({ name }) => front.models.some((model) => model.name === name));
  const most = known.reduce<ModelCarbon | null>((m, carbon) => (m && m.value >= carbon.value ? m : carbon), null);
  const { low, high } = most?.systematic ?? { low: null, high: null };
  return most && low !== null && high !== null && low > 0
    ? say.paretoSystematic(factor(low / most.value), factor(high / most.value))
    : "";
}

function frontTable(report: Report, front: Front, say: ChartMessages): TableData {
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "top1_ratio", title: say.columnAccuracy, show: percent },
      { key: "top1_low_ratio", title: say.columnAccuracyLow, show: percent },
      { key: "top1_high_ratio", title: say.columnAccuracyHigh, show: percent },
      { key: "per_million_g", title: say.columnValue, show: number },
      { key: "position", title: say.columnPosition },
      { key: "of_most_accurate_ratio", title: say.columnAgainst, show: percent },
      { key: "energy_verdict", title: say.columnVerdict },
    ],
    rows: [
      ...front.models.map((model) => {
        const accuracy = accuracyOf(report, model.name);
        const against = model.against_most_accurate;
        return [
          model.name,
          model.top1,
          accuracy?.top1_low ?? null,
          accuracy?.top1_high ?? null,
          model.per_inference_g * PER_MILLION,
          say.position(model.position),
          against?.carbon_ratio?.value ?? null,
          against ? say.verdict(against.verdict, against.likely) : null,
        ];
      }),
      ...front.not_on_axis.map(({ name, reason }) => [name, null, null, null, null, say.offAxis(reason), null, null]),
    ],
  };
}

function accuracyOf(report: Report, name: string): Accuracy | null {
  const model = report.models.find((m) => m.name === name);
  return model && isMeasured(model) ? model.accuracy : null;
}

/* ---- picture ---------------------------------------------------------------------------------- */

interface Spot {
  model: FrontModel;
  accuracy: Accuracy | null;
  carbon: ModelCarbon | null;
  x: number;
  y: number;
}

const LEFT_PX = 50;
const TOP_PX = 26;

interface Plot {
  unit: Unit;
  /** Grams of one inference that one unit of the axis stands for. */
  size: number;
  x: Scale;
  y: Scale;
  right: number;
  bottom: number;
  spots: Spot[];
}

function plotOf(report: Report, front: Front, width: number): Plot {
  const unit = unitFor(
    "mass",
    front.models.map((model) => model.per_inference_g * PER_MILLION),
  );
  const size = unit.size / PER_MILLION;
  const bottom = TOP_PX + Math.max(200, Math.min(380, Math.round(width * 0.5)));
  const right = width - 12;
  const known = front.models.map((model) => {
    const measured = report.models.find((m) => m.name === model.name);
    return { model, accuracy: accuracyOf(report, model.name), carbon: measured ? modelCarbon(measured) : null };
  });
  const grams = known.flatMap(({ model, carbon }) =>
    [model.per_inference_g, carbon?.statistical.low ?? 0, carbon?.statistical.high ?? 0].filter((g) => g > 0),
  );
  const shares = known.flatMap(({ model, accuracy }) => [
    model.top1,
    accuracy?.top1_low ?? model.top1,
    accuracy?.top1_high ?? model.top1,
  ]);
  const x = log((Math.min(...grams) / size) * 0.8, (Math.max(...grams) / size) * 1.25, LEFT_PX, right);
  const y = between(
    Math.max(0, Math.min(...shares) - 0.01),
    Math.min(1, Math.max(...shares) + 0.01),
    bottom,
    TOP_PX,
    40,
  );
  const spots = known.map((k) => ({ ...k, x: x.at(k.model.per_inference_g / size), y: y.at(k.model.top1) }));
  return { unit, size, x, y, right, bottom, spots };
}

/** Names keep clear of whiskers and steps. */
function labelsOf({ x, y, size, right, bottom, spots }: Plot, { byValue, settled }: StepsOf): Label[] {
  return placeLabels(
    spots.map((spot) => ({ x: spot.x, y: spot.y, name: spot.model.name, width: textWidth(spot.model.name) })),
    { x: LEFT_PX + 2, y: TOP_PX, width: right - LEFT_PX, height: bottom - TOP_PX },
    [
      ...spots.flatMap((spot) => whiskerBoxes(spot, x, y, size)),
      ...stepBoxes(byValue, right, bottom),
      ...stepBoxes(settled, right, bottom),
    ],
  );
}

function Picture({ report, front, width, chosenModel, onChoose }: FrontProps & { width: number }) {
  const say = useMessages();
  const plot = plotOf(report, front, width);
  const { unit, x, y, right, bottom, spots } = plot;
  const steps = stepsOf(spots);
  const labels = labelsOf(plot, steps);
  const words = say.paretoAxisX(unit.name);
  const signs = legend(legendItems(front, steps, labels, say), width);
  const legendTop = bottom + AXIS_PX + wrap(words, right - LEFT_PX).length * LINE_PX + 10;
  const height = legendTop + signs.height;
  const title = say.paretoTitle(`${front.dataset} ${front.split}`);
  const marks = spots.map((spot, i) =>
    spotMark({ spot, label: labels[i] as Label, plot, say, chosen: spot.model.name === chosenModel }),
  );
  return (
    <Canvas width={width} height={height} label={title}>
      <text x={2} y={14} fill={ink.dim}>
        {say.paretoAxisY}
      </text>
      <AxisY scale={y} left={LEFT_PX} right={right} show={percent} />
      <AxisX scale={x} top={TOP_PX} bottom={bottom} left={LEFT_PX} right={right} words={words} />
      <Steps {...steps} right={right} bottom={bottom} />
      <Marks {...{ marks, width, height, onChoose }} chosen={chosenModel} label={say.marks(title)} />
      <g transform={`translate(0,${legendTop})`}>{signs.draw}</g>
    </Canvas>
  );
}

function whiskerBoxes({ x: at, y: level, accuracy, carbon }: Spot, x: Scale, y: Scale, size: number): Box[] {
  const boxes: Box[] = [];
  const { low, high } = carbon?.statistical ?? { low: null, high: null };
  if (low !== null && high !== null && low > 0)
    boxes.push({ x: x.at(low / size), y: level - 3, width: x.at(high / size) - x.at(low / size), height: 6 });
  if (accuracy)
    boxes.push({
      x: at - 3,
      y: y.at(accuracy.top1_high),
      width: 6,
      height: y.at(accuracy.top1_low) - y.at(accuracy.top1_high),
    });
  return boxes;
}

interface StepsOf {
  /** The front if every value were exact. */
  byValue: Spot[];
  /** What of it is on the front for sure. */
  settled: Spot[];
}

/** The best that so many grams buy, least grams first. */
function stepsOf(spots: Spot[]): StepsOf {
  const byValue = spots
    .filter(
      (spot) =>
        !spots.some(
          (other) => other.model.per_inference_g < spot.model.per_inference_g && other.model.top1 >= spot.model.top1,
        ),
    )
    .sort((a, b) => a.x - b.x);
  return { byValue, settled: byValue.filter((spot) => spot.model.position === "front") };
}

function stepBoxes(steps: Spot[], right: number, bottom: number): Box[] {
  return steps.flatMap((spot, i) => {
    const end = steps[i + 1]?.x ?? right;
    const from = steps[i - 1]?.y ?? bottom;
    return [
      { x: spot.x, y: spot.y - 1, width: end - spot.x, height: 2 },
      { x: spot.x - 1, y: spot.y, width: 2, height: from - spot.y },
    ];
  });
}

/** Dashed where the steps rest on models that the intervals leave open. */
function Steps({ byValue, settled, right, bottom }: StepsOf & { right: number; bottom: number }) {
  const path = ([first, ...rest]: Spot[]) =>
    first ? `M${first.x},${bottom}V${first.y}${rest.map((spot) => `H${spot.x}V${spot.y}`).join("")}H${right}` : "";
  return (
    <g fill="none" stroke={ink.front} stroke-width={2} aria-hidden="true">
      {settled.length < byValue.length && <path d={path(byValue)} stroke-dasharray="5 4" stroke-width={1.5} />}
      {settled.length > 0 && <path d={path(settled)} />}
    </g>
  );
}

/** Shape tells the position: filled, ringed with a filled heart, or hollow. */
function Shape({ x, y, position }: { x: number; y: number; position: FrontModel["position"] }) {
  if (position === "front") return <circle cx={x} cy={y} r={6} fill={ink.mark} stroke={ink.paper} stroke-width={1.5} />;
  return (
    <g>
      <circle cx={x} cy={y} r={6} fill={ink.paper} stroke={ink.mark} stroke-width={2} />
      {position === "unresolved" && <circle cx={x} cy={y} r={2.5} fill={ink.mark} />}
    </g>
  );
}

interface SpotProps {
  spot: Spot;
  label: Label;
  plot: Plot;
  say: ChartMessages;
  chosen: boolean;
}

function spotMark(props: SpotProps): Mark {
  const { spot, say } = props;
  const { model, accuracy, carbon } = spot;
  const share = model.against_most_accurate?.carbon_ratio;
  const tip = [
    model.name,
    accuracy
      ? say.accuracyMark(percent(model.top1), percentNumber(accuracy.top1_low), percentNumber(accuracy.top1_high))
      : percent(model.top1),
    say.carbonPerMillion(
      quantity("mass", model.per_inference_g * PER_MILLION),
      say.methodOf(carbon?.method ?? "unavailable"),
    ),
    model.dominated_by.length > 0 ? say.dominatedBy(model.dominated_by) : say.position(model.position),
    ...(share
      ? [say.shareOfMostAccurate(percent(share.value), percentNumber(share.low), percentNumber(share.high))]
      : []),
  ];
  return {
    key: model.name,
    label: tip.join(", "),
    tip,
    hit: { x: spot.x - SMALL_MARK_PX / 2, y: spot.y - SMALL_MARK_PX / 2, width: SMALL_MARK_PX, height: SMALL_MARK_PX },
    draw: <SpotDrawing {...props} />,
  };
}

function SpotDrawing({ spot, label, plot: { x, y, size }, chosen }: SpotProps) {
  const { low, high } = spot.carbon?.statistical ?? { low: null, high: null };
  return (
    <>
      <Leader label={label} x={spot.x} y={spot.y} />
      {low !== null && high !== null && low > 0 && <Whisker x1={x.at(low / size)} x2={x.at(high / size)} y={spot.y} />}
      {spot.accuracy && <WhiskerY x={spot.x} y1={y.at(spot.accuracy.top1_low)} y2={y.at(spot.accuracy.top1_high)} />}
      {chosen && <circle cx={spot.x} cy={spot.y} r={11} fill="none" stroke={ink.text} stroke-width={2} />}
      <Shape x={spot.x} y={spot.y} position={spot.model.position} />
      <Name {...{ label, chosen }} />
    </>
  );
}

/** What shapes, steps and numbers mean. */
function legendItems(front: Front, { byValue, settled }: StepsOf, labels: Label[], say: ChartMessages): LegendItem[] {
  const has = (position: FrontModel["position"]) => front.models.some((model) => model.position === position);
  const steps = (dashed: boolean) => (
    <path
      d="M1,-1H8V-8H18"
      fill="none"
      stroke={ink.front}
      stroke-width={2}
      stroke-dasharray={dashed ? "5 4" : undefined}
    />
  );
  const items: LegendItem[] = [];
  if (has("front")) items.push([<Shape x={9} y={-4} position="front" />, say.legendFront]);
  if (has("unresolved")) items.push([<Shape x={9} y={-4} position="unresolved" />, say.legendOpen]);
  if (has("dominated")) items.push([<Shape x={9} y={-4} position="dominated" />, say.legendDominated]);
  if (settled.length > 0) items.push([steps(false), say.legendSteps]);
  if (settled.length < byValue.length) items.push([steps(true), say.legendValueSteps]);
  labels.forEach(({ number: n }, i) => {
    if (n !== null) items.push([<NumberSign number={n} />, front.models[i]?.name ?? ""]);
  });
  return items;
}
