// SPDX-License-Identifier: Apache-2.0
/* What it comes to at the user's own number of requests: the only place for everyday equivalents. */
import { count, inUnit, number, percent, unitFor } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { energyMethods, type Interval, isProvisional, reference, type Report } from "../report";
import type { ChartProps } from "./chart_props";
import { Figure } from "./figure";
import { useMessages } from "./language";
import { noRateWords, served, type Served } from "./rate";
import type { TableData } from "./table";

/** As the report reckons a year. */
const DAYS_PER_YEAR = 365.25;

interface Total extends Served {
  day: Interval;
  year: Interval;
  /** Grams of a request over those of the reference; null for the reference itself. */
  ratio: number | null;
}

const times = ({ value, low, high }: Interval, n: number): Interval => ({
  value: value * n,
  low: low * n,
  high: high * n,
});

/** Sums of the report's own grams; ratios stand beside them, because a sum alone says little. */
export function totals(report: Report, against: string | null): Total[] {
  const models = served(report);
  const base = models.find(({ name }) => name === against)?.rate.per_request_g.value;
  return models
    .map(({ name, rate }) => ({
      name,
      rate,
      day: times(rate.per_request_g, rate.requests_per_day),
      year: times(rate.per_request_g, rate.requests_per_day * DAYS_PER_YEAR),
      ratio: base && name !== against ? rate.per_request_g.value / base : null,
    }))
    .sort((a, b) => a.year.value - b.year.value);
}

export function TotalsView({ report, chosenModel, width }: ChartProps) {
  const say = useMessages();
  const against = reference(report, chosenModel);
  const all = totals(report, against);
  const first = all[0];
  return (
    <Figure
      name="totals"
      title={first ? say.totalsTitle(count(first.rate.requests_per_day)) : say.totalsTitleNone}
      summary={first ? say.totalsSummary(first.name, grams(first.year, say)) : noRateWords(report, say)}
      table={totalsTable(all, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={false}
      notes={
        first && (
          <p>
            {say.totalsNote} {say.energyIs(energyMethods(report))}
          </p>
        )
      }
    >
      {() => first && <TotalRows all={all} against={against} />}
    </Figure>
  );
}

const grams = ({ value, low, high }: Interval, say: ChartMessages): string => {
  const unit = unitFor("mass", [value]);
  return `${inUnit(value, unit)} ${unit.name} (${say.range(inUnit(low, unit), inUnit(high, unit))})`;
};

function TotalRows({ all, against }: { all: Total[]; against: string | null }) {
  const say = useMessages();
  return (
    <ul class="chart-totals">
      {all.map(({ name, rate, day, year, ratio }) => (
        <li key={name}>
          <h4>{name}</h4>
          <dl>
            <div>
              <dt>{say.perDay}</dt>
              <dd>{grams(day, say)}</dd>
            </div>
            <div>
              <dt>{say.perYear}</dt>
              <dd>{grams(year, say)}</dd>
            </div>
            <div>
              <dt>{say.equivalents}</dt>
              <dd>{equivalents(rate, say)}</dd>
            </div>
          </dl>
          <p>{ratioSentence(ratio, against, say)}</p>
          {rate.workers > 1 && <p>{say.workersNeeded(count(rate.workers))}</p>}
        </li>
      ))}
    </ul>
  );
}

const equivalents = ({ car_km, lamp_10w_h }: Served["rate"], say: ChartMessages): string =>
  [say.carKm(number(car_km)), ...(lamp_10w_h === null ? [] : [say.lampHours(number(lamp_10w_h))])].join("; ");

/** Whoever saves per request may use more: the sum is then what counts. */
export function ratioSentence(ratio: number | null, against: string | null, say: ChartMessages): string {
  if (ratio === null || against === null) return say.totalsReference;
  const share = say.shareOf(percent(ratio), against);
  if (ratio > 0.99 && ratio < 1.01) return say.totalsAlike(share);
  return ratio < 1 ? say.totalsCancelled(share, number(1 / ratio)) : share;
}

function totalsTable(all: Total[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "requests_per_day", title: say.columnRequests, show: count },
      { key: "day_g", title: say.gramsOf(say.perDay), show: number },
      { key: "year_g", title: say.gramsOf(say.perYear), show: number },
      { key: "year_low_g", title: say.columnBoundLow, show: number },
      { key: "year_high_g", title: say.columnBoundHigh, show: number },
      { key: "car_km", title: say.columnCar, show: number },
      { key: "lamp_10w_h", title: say.columnLamp, show: number },
      { key: "of_reference_ratio", title: say.columnOfReference, show: percent },
    ],
    rows: all.map(({ name, rate, day, year, ratio }) => [
      name,
      rate.requests_per_day,
      day.value,
      year.value,
      year.low,
      year.high,
      rate.car_km,
      rate.lamp_10w_h,
      ratio,
    ]),
  };
}
