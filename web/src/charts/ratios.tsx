// SPDX-License-Identifier: Apache-2.0
/* Every model against one: its joules as a share of that one's, what was decided, and the carbon. */
import { number, percent, percentNumber } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { isProvisional, measuredModels, type Bounds, type Pair, pairOf, reference, type Report } from "../report";
import { AXIS_PX, AxisX, Lines, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Figure } from "./figure";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { HALO, ink } from "./palette";
import { log, type Scale } from "./scale";
import type { TableData } from "./table";
import { shorten, wrap } from "./text";
import { Whisker } from "./whisker";

/** The pairs of the report with `against` below the line, least energy first. */
function pairsAgainst(report: Report, against: string): Pair[] {
  return report.models
    .filter(({ name }) => name !== against)
    .flatMap(({ name }) => pairOf(report, name, against) ?? [])
    .sort((a, b) => Number(isUnlike(report, a)) - Number(isUnlike(report, b)) || a.ratio - b.ratio);
}

/** One measured, one estimated: they stand below the others, and are said not to be ranked. */
function isUnlike(report: Report, { a, b }: Pair): boolean {
  const methodOf = (name: string) => measuredModels(report).find((model) => model.name === name)?.energy.method;
  return methodOf(a) !== methodOf(b);
}

export function RatioTable({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  const against = reference(report, chosenModel);
  const pairs = against === null ? [] : pairsAgainst(report, against);
  const unlike = (pair: Pair) => isUnlike(report, pair);
  return (
    <Figure
      name="ratios"
      title={against === null ? say.ratiosNoReference : say.ratiosTitle(against)}
      summary={ratiosSummary(pairs, against, say, unlike)}
      table={ratiosTable(report, against, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={pairs.length > 0}
      notes={pairs.length > 0 && <p>{pairs.some((pair) => pair.likely) ? say.ratiosLikely : say.ratiosNote}</p>}
    >
      {(w) => pairs.length > 0 && <Picture {...{ pairs, onChoose, unlike }} against={against as string} width={w} />}
    </Figure>
  );
}

/** "16 % of A's carbon: likely lower". */
export function ratioWords(pair: Pair, say: ChartMessages, unlike = false): string {
  const verdict = unlike ? say.unlike : say.verdict(pair.verdict, pair.likely);
  return pair.carbon_ratio === null ? verdict : say.ratioWords(percent(pair.carbon_ratio), pair.b, verdict);
}

function ratiosSummary(
  pairs: Pair[],
  against: string | null,
  say: ChartMessages,
  unlike: (pair: Pair) => boolean,
): string {
  const [only, another] = pairs;
  if (!only || against === null) return say.ratiosNone;
  if (!another) return say.ratioOne(only.a, ratioWords(only, say, unlike(only)));
  const alike = pairs.filter((pair) => !unlike(pair));
  const count = (verdict: Pair["verdict"]) => alike.filter((pair) => pair.verdict === verdict).length;
  return say.ratiosSummary(against, count("lower"), count("equivalent"), count("higher"), count("unresolved"));
}

/** All pairs, those against the reference first: the picture shows only these. */
function ratiosTable(report: Report, against: string | null, say: ChartMessages): TableData {
  const first = against === null ? [] : pairsAgainst(report, against);
  const rest = report.comparison.filter(({ a, b }) => a !== against && b !== against);
  return {
    columns: [
      { key: "a", title: say.model },
      { key: "b", title: say.columnOver },
      { key: "energy_ratio", title: say.columnEnergyRatio, show: percent },
      { key: "statistical_low_ratio", title: say.columnLow, show: percent },
      { key: "statistical_high_ratio", title: say.columnHigh, show: percent },
      { key: "systematic_low_ratio", title: say.columnFavourLow, show: percent },
      { key: "systematic_high_ratio", title: say.columnFavourHigh, show: percent },
      { key: "verdict", title: say.columnVerdict },
      { key: "carbon_ratio", title: say.columnCarbonRatio, show: percent },
      { key: "method", title: say.method },
      { key: "rounds", title: say.columnRounds, show: number },
    ],
    rows: [...first, ...rest].map((p) => [
      p.a,
      p.b,
      p.ratio,
      p.statistical.low,
      p.statistical.high,
      p.systematic.low,
      p.systematic.high,
      say.verdict(p.verdict, p.likely),
      p.carbon_ratio,
      say.methodOf(p.method),
      p.rounds,
    ]),
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

/** What counts as equivalent, as the report decides it. */
const EQUIVALENT_RATIO = 0.03;
const PAD_PX = 8;
const NARROW_PX = 620;

interface PictureProps {
  unlike: (pair: Pair) => boolean;
  pairs: Pair[];
  against: string;
  width: number;
  onChoose: ChartProps["onChoose"];
}

function legendItems(pairs: Pair[], say: ChartMessages): LegendItem[] {
  const items: LegendItem[] = [[<Whisker x1={1} x2={17} y={-4} />, say.legendStatistical]];
  const wider = <line x1={0} x2={18} y1={-4} y2={-4} stroke={ink.accent} stroke-width={2} />;
  if (pairs.some(isWider)) items.push([wider, say.legendFavour]);
  items.push([<rect x={5} y={-12} width={8} height={14} fill={ink.grid} stroke={ink.axis} />, say.legendEquivalent]);
  return items;
}

function Picture({ pairs, against, width, onChoose, unlike }: PictureProps) {
  const say = useMessages();
  const narrow = width < NARROW_PX;
  const left = narrow ? PAD_PX : Math.floor(width * 0.46);
  const right = width - 14;
  const ends = pairs.flatMap((p) =>
    [p.ratio, p.statistical.low, p.statistical.high, p.systematic.low, p.systematic.high].filter(
      (v) => v !== null && v > 0,
    ),
  ) as number[];
  const x = log(100 * Math.min(...ends, 0.95), 100 * Math.max(...ends, 1.05), left + 6, right);
  const signs = legend(legendItems(pairs, say), width);
  const top = signs.height + 6;
  let y = top;
  const marks = pairs.map((pair) => {
    const row = ratioRow(pair, { x, y, left, width, narrow, say, unlike: unlike(pair) });
    y += row.height;
    return row.mark;
  });
  const words = say.ratioAxis(against);
  const height = y + AXIS_PX + LINE_PX * wrap(words, right - left).length + 10;
  const band = [x.at(100 * (1 - EQUIVALENT_RATIO)), x.at(100 * (1 + EQUIVALENT_RATIO))] as const;
  return (
    <Canvas width={width} height={height} label={say.ratiosTitle(against)}>
      {signs.draw}
      <rect x={band[0]} y={top} width={band[1] - band[0]} height={y - top + 4} fill={ink.grid} />
      <AxisX scale={x} top={top} bottom={y + 4} left={left} right={right} words={words} />
      <line x1={x.at(100)} x2={x.at(100)} y1={top} y2={y + 4} stroke={ink.axis} />
      <Marks {...{ marks, width, height, onChoose }} label={say.marks(say.ratiosTitle(against))} />
    </Canvas>
  );
}

const isWider = ({ statistical, systematic }: Pair) =>
  systematic.low !== statistical.low || systematic.high !== statistical.high;

interface Place {
  x: Scale;
  y: number;
  left: number;
  width: number;
  narrow: boolean;
  say: ChartMessages;
  unlike: boolean;
}

function ratioTip(pair: Pair, said: string, say: ChartMessages): string[] {
  const { statistical, systematic } = pair;
  const range = ({ low, high }: Bounds, words: (low: string, high: string) => string) =>
    low === null || high === null ? [] : [words(percentNumber(low), percent(high))];
  return [
    pair.a,
    said,
    say.energyShare(percent(pair.ratio), pair.b),
    ...range(statistical, say.byRounds),
    ...(isWider(pair) ? range(systematic, say.byFavour) : []),
    `${say.methodOf(pair.method)}, ${say.roundsOf(pair.rounds, true)}`,
  ];
}

/** Its words beside the plot where there is room, else above. */
function ratioRow(pair: Pair, { x, y, left, width, narrow, say, unlike }: Place): { mark: Mark; height: number } {
  const room = (narrow ? width : left) - 2 * PAD_PX;
  const said = ratioWords(pair, say, unlike);
  const words = wrap(said, room);
  const text = LINE_PX * (1 + words.length);
  const height = narrow ? text + 30 : Math.max(40, text + 10);
  const tip = ratioTip(pair, said, say);
  const draw = (
    <>
      <line x1={2} x2={width - 2} y1={y} y2={y} stroke={ink.grid} />
      <text x={2} y={y + 15} fill={ink.text} font-weight={700} {...HALO}>
        {shorten(pair.a, room, 13)}
      </text>
      <Lines x={2} y={y + 15 + LINE_PX} lines={words} />
      <Intervals pair={pair} x={x} y={narrow ? y + text + 14 : y + height / 2} unlike={unlike} />
    </>
  );
  const hit = { x: 2, y: y + 1, width: width - 4, height: height - 2 };
  return { mark: { key: pair.a, label: tip.join(", "), tip, hit, draw }, height };
}

function Intervals({ pair, x, y, unlike }: { pair: Pair; x: Scale; y: number; unlike: boolean }) {
  const { statistical, systematic } = pair;
  const at = ({ low, high }: Bounds) =>
    low !== null && high !== null && low > 0 ? { x1: x.at(100 * low), x2: x.at(100 * high) } : null;
  const [inner, outer] = [at(statistical), isWider(pair) ? at(systematic) : null];
  return (
    <>
      {outer && <line {...outer} y1={y} y2={y} stroke={ink.accent} stroke-width={2} />}
      {inner && <Whisker {...inner} y={y} />}
      <Verdict x={x.at(100 * pair.ratio)} y={y} settled={!unlike && pair.verdict !== "unresolved"} />
    </>
  );
}

/** Filled is settled, a ring is left open: as in the picture of accuracy against carbon. */
function Verdict({ x, y, settled }: { x: number; y: number; settled: boolean }) {
  return (
    <g>
      <circle cx={x} cy={y} r={5.5} fill={settled ? ink.mark : ink.paper} stroke={ink.mark} stroke-width={2} />
      {!settled && <circle cx={x} cy={y} r={2} fill={ink.mark} />}
    </g>
  );
}
