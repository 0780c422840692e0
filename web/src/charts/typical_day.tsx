// SPDX-License-Identifier: Apache-2.0
/* The 24 hours of a typical day, from a file of a grid's past: drawn as those of a forecast are, in UTC. */
import type { ForecastHour, HourKind, TypicalHour } from "../api/alternatives_types";
import { number, percent } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { Figure } from "./figure";
import { HoursPicture, leastHour } from "./hours";
import { useMessages } from "./language";
import type { TableData } from "./table";

const HOUR_S = 3600;

/** As hours of the first day of all, whose clock is UTC's. */
export const asHours = (hours: readonly TypicalHour[]): ForecastHour[] =>
  hours.map(({ hour_utc, g_per_kwh, ratio }) => ({
    at_unix_s: hour_utc * HOUR_S, span_s: HOUR_S, intensity_g_per_kwh: g_per_kwh, ratio, estimated: false,
  }));

const clockUtc = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString().slice(11, 16);

/** "13:00 to 14:00 UTC". */
const spanUtc = (unixSeconds: number, say: ChartMessages): string => say.daySpan(clockUtc(unixSeconds), clockUtc(unixSeconds + HOUR_S));

export function daySummary({ typical_day: day, mean_g_per_kwh: mean }: HourKind, say: ChartMessages): string {
  const least = leastHour(asHours(day?.hours ?? []));
  if (!least || mean === null || least.intensity_g_per_kwh >= mean) return say.hoursFlat(number(mean ?? 0));
  return say.hoursSummary(spanUtc(least.at_unix_s, say), number(least.intensity_g_per_kwh), number(mean));
}

export function dayTable(hours: readonly TypicalHour[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "hour_utc", title: `${say.columnHour} (UTC)`, show: (hour) => `${String(hour).padStart(2, "0")}:00` },
      { key: "intensity_g_per_kwh", title: say.columnIntensity, show: number },
      { key: "of_mean_ratio", title: say.columnOfMean, show: percent },
    ],
    rows: hours.map(({ hour_utc, g_per_kwh, ratio }) => [hour_utc, g_per_kwh, ratio]),
  };
}

export function TypicalDayChart({ kind, width }: { kind: HourKind; width?: number | undefined }) {
  const say = useMessages();
  const { typical_day: day, mean_g_per_kwh: mean, source } = kind;
  if (!day) return null;
  return (
    <Figure name="typical-day" title={say.dayTitle} summary={daySummary(kind, say)} table={dayTable(day.hours, say)} width={width}
      notes={<p>{say.daySource(source ?? "", day.days, day.first_date, day.last_date)}</p>}>
      {(w) => (
        <HoursPicture hours={asHours(day.hours)} mean={mean} title={say.dayTitle} chosen={null} when={(at) => spanUtc(at, say)}
          clock={clockUtc} axis={say.dayAxisX} width={w} />
      )}
    </Figure>
  );
}
