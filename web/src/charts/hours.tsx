// SPDX-License-Identifier: Apache-2.0
/* The hours of a forecast: what a kilowatt-hour emits in each, and which is the least. */
import type { ForecastHour, HourKind } from "../api/alternatives_types";
import { number, percent, tick } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { AXIS_PX, AxisY, Lines, LINE_PX } from "./axis";
import { Canvas, Figure } from "./figure";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { HALO, ink, SMALL_MARK_PX } from "./palette";
import { linear } from "./scale";
import type { TableData } from "./table";
import { textWidth } from "./text";

interface Props {
  kind: HourKind;
  zone: string;
  /** The hour that the report is priced by, in seconds. */
  chosen: number | null;
  /** "28 Nov, 20:00", in the language of the page. */
  when: (unixSeconds: number) => string;
  width?: number | undefined;
}

export function HoursChart({ kind, zone, chosen, when, width }: Props) {
  const say = useMessages();
  const { hours, source } = kind;
  if (hours.length === 0) return null;
  return (
    <Figure
      name="hours"
      title={say.hoursTitle(zone)}
      summary={hoursSummary(kind, when, say)}
      table={hoursTable(hours, say)}
      width={width}
      notes={<p>{say.hoursSource(source ?? "")}</p>}
    >
      {(w) => (
        <HoursPicture {...{ hours, chosen, when }} mean={kind.mean_g_per_kwh} title={say.hoursTitle(zone)} clock={clockHere}
          axis={say.hoursAxisX} width={w} />
      )}
    </Figure>
  );
}

export const leastHour = (hours: readonly ForecastHour[]): ForecastHour | null =>
  hours.reduce<ForecastHour | null>((least, hour) => (least && least.intensity_g_per_kwh <= hour.intensity_g_per_kwh ? least : hour), null);

export function hoursSummary({ hours, mean_g_per_kwh: mean }: HourKind, when: Props["when"], say: ChartMessages): string {
  const least = leastHour(hours);
  if (!least || mean === null || least.intensity_g_per_kwh >= mean) return say.hoursFlat(number(mean ?? 0));
  return say.hoursSummary(when(least.at_unix_s), number(least.intensity_g_per_kwh), number(mean));
}

/** The time of the table is UTC, as the exports need no other. */
export function hoursTable(hours: readonly ForecastHour[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "begins_utc", title: `${say.columnHour} (UTC)` },
      { key: "intensity_g_per_kwh", title: say.columnIntensity, show: number },
      { key: "of_mean_ratio", title: say.columnOfMean, show: percent },
    ],
    rows: hours.map((hour) => [
      new Date(hour.at_unix_s * 1000).toISOString().slice(0, 16).replace("T", " "),
      hour.intensity_g_per_kwh,
      hour.ratio,
    ]),
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

const LEFT_PX = 46;
const TOP_PX = 36;
const PLOT_PX = 120;

interface PictureProps {
  hours: readonly ForecastHour[];
  mean: number | null;
  title: string;
  chosen: number | null;
  when: Props["when"];
  /** "20:00", of a time in seconds. */
  clock: (unixSeconds: number) => string;
  axis: string;
  width: number;
}

export function HoursPicture({ hours, mean, title, chosen, when, clock, axis, width }: PictureProps) {
  const say = useMessages();
  const right = width - 12;
  const bottom = TOP_PX + PLOT_PX;
  const y = linear(Math.max(...hours.map((hour) => hour.intensity_g_per_kwh)), bottom, TOP_PX, 40);
  const least = leastHour(hours);
  const step = (right - LEFT_PX) / hours.length;
  const signs = legend(legendItems(chosen !== null && hours.some((hour) => holds(hour, chosen)), say), width);
  const legendTop = bottom + AXIS_PX + LINE_PX + 12;
  const height = legendTop + signs.height;
  const marks = hours.map((hour, i): Mark => {
    const x = LEFT_PX + i * step;
    const top = y.at(hour.intensity_g_per_kwh);
    const tip = [
      when(hour.at_unix_s) + (hour === least ? ` · ${say.hoursLeast}` : ""),
      say.intensity(number(hour.intensity_g_per_kwh), null),
      ...(hour.ratio === null ? [] : [say.hoursOfMean(percent(hour.ratio))]),
      ...(hour.estimated ? [say.hoursEstimated] : []),
    ];
    const picked = chosen !== null && holds(hour, chosen);
    return {
      key: String(hour.at_unix_s),
      label: tip.join(", "),
      tip,
      hit: { x: x + step / 2 - Math.max(step, SMALL_MARK_PX) / 2, y: TOP_PX - 14, width: Math.max(step, SMALL_MARK_PX), height: PLOT_PX + 14 },
      draw: (
        <>
          <rect
            x={x + 1}
            y={top}
            width={Math.max(1, step - 2)}
            height={bottom - top}
            fill={hour === least ? ink.front : ink.mark}
            stroke={picked ? ink.text : undefined}
            stroke-width={picked ? 2.5 : undefined}
          />
          {hour === least && <path d={`M${x + step / 2 - 5},${top - 11}h10l-5,8Z`} fill={ink.text} />}
        </>
      ),
    };
  });
  return (
    <Canvas width={width} height={height} label={title}>
      <text x={2} y={14} fill={ink.dim}>
        {say.hoursAxis}
      </text>
      <AxisY scale={y} left={LEFT_PX} right={right} show={tick} />
      <Marks {...{ marks, width, height }} label={say.marks(title)} />
      {mean !== null && (
        <line x1={LEFT_PX} x2={right} y1={y.at(mean)} y2={y.at(mean)} stroke={ink.text} stroke-dasharray="5 4" aria-hidden="true" />
      )}
      <Times {...{ hours, step, bottom, right, clock }} words={axis} />
      <g transform={`translate(0,${legendTop})`}>{signs.draw}</g>
    </Canvas>
  );
}

const holds = (hour: ForecastHour, at: number) => at >= hour.at_unix_s && at < hour.at_unix_s + (hour.span_s || 3600);

/** Of the reader. */
function clockHere(at: number): string {
  const date = new Date(at * 1000);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** Clock times, as many as there is room for. */
function Times({ hours, step, bottom, right, clock, words }: {
  hours: readonly ForecastHour[]; step: number; bottom: number; right: number; clock: PictureProps["clock"]; words: string;
}) {
  const every = Math.max(1, Math.ceil((1.5 * textWidth("00:00") + 6) / step)); // the first begins at its mark, the others are centred
  return (
    <g aria-hidden="true">
      {hours.map((hour, i) =>
        i % every === 0 ? (
          <text key={i} x={LEFT_PX + i * step} y={bottom + 15} text-anchor={i === 0 ? "start" : "middle"} fill={ink.dim} {...HALO}>
            {clock(hour.at_unix_s)}
          </text>
        ) : null,
      )}
      <Lines x={right} y={bottom + AXIS_PX + 12} lines={[words]} anchor="end" />
    </g>
  );
}

function legendItems(chosen: boolean, say: ChartMessages): LegendItem[] {
  const items: LegendItem[] = [
    [<path d="M4,-10h10l-5,8Z" fill={ink.text} />, say.hoursLeastSign],
    [<line x1={0} x2={18} y1={-4} y2={-4} stroke={ink.text} stroke-dasharray="5 4" />, say.hoursMeanSign],
  ];
  const frame = <rect x={4} y={-11} width={10} height={12} fill={ink.mark} stroke={ink.text} stroke-width={2.5} />;
  return chosen ? [...items, [frame, say.hoursChosenSign]] : items;
}
