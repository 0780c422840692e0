// SPDX-License-Identifier: Apache-2.0
/* What would emit less, as the server and `miev alternatives --json` say; docs/alternatives.md. */

import type { Interval } from "../report";

export type AlternativeReason =
  | "none" | "no-sweep" | "of-one-model" | "no-forecast" | "flat" | "other-basis" | "not-projected";

export interface AlternativeItem {
  what: string;
  ratio: number;
  saved_year_g: Interval | null;
  /** Of settings and models. */
  p99_s?: number | null;
  p99_difference_s?: number | null;
  top1_difference?: number | null;
  energy_verdict?: "lower" | null;
  likely?: boolean;
  /** Of hours and places. */
  intensity_g_per_kwh?: number;
  at_unix_s?: number;
  /** Of a typical day: at both ends of the least hour's interval. */
  ratio_low?: number | null;
  ratio_high?: number | null;
  pue?: number;
  year?: number;
  /** The year of the report's own figure. */
  same_year?: boolean;
  iso2?: string | null;
  /** Of other hardware: reckoned, not measured. */
  projection?: true;
  per_g?: Interval;
  told?: "lower" | "higher" | "open";
  inference_s?: number;
  answer_s?: number | null;
  assumed?: string;
  source?: string;
}

export interface ForecastHour {
  at_unix_s: number;
  span_s: number;
  intensity_g_per_kwh: number;
  /** Of the grams at the mean of these hours. */
  ratio: number | null;
  estimated: boolean;
}

export interface TypicalHour {
  hour_utc: number;
  g_per_kwh: number;
  /** Of the grams at the mean of the day. */
  ratio: number | null;
}

/** Of a file of the grid's past. */
export interface TypicalDay {
  days: number;
  first_date: string;
  last_date: string;
  /** False: times without an offset were taken as UTC. */
  zone_told: boolean;
  hours: TypicalHour[];
}

interface Kind {
  basis: string | null;
  reason: AlternativeReason | null;
  why: string | null;
  items: AlternativeItem[];
}

export interface HourKind extends Kind {
  kind: "hour";
  source: string | null;
  mean_g_per_kwh: number | null;
  hours: ForecastHour[];
  /** In place of a forecast that there is not. */
  typical_day?: TypicalDay;
}

export type AlternativeKind = HourKind | (Kind & { kind: "settings" | "models" | "place" | "hardware" });

export interface AlternativesDocument {
  model: string;
  requests_per_day: number | null;
  cost_g: Interval;
  year_g: Interval | null;
  /** Settings, models, hour, place, hardware. */
  kinds: AlternativeKind[];
}
