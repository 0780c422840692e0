// SPDX-License-Identifier: Apache-2.0
/* What would emit less, as rows that a table can show. Words come from the caller. Pure. */

import type { AlternativeItem, AlternativeKind, TypicalDay } from "../api/alternatives_types";
import { number, percent, points, quantity } from "../format";
import type { Messages } from "../messages/en";

/** As many as a table of a kind shows: the best first. */
export const MOST_SHOWN = 8;

export const shownItems = (kind: AlternativeKind): AlternativeItem[] => kind.items.slice(0, MOST_SHOWN);

/** "aws:eu-north-1" is a region of a cloud; else it is a country. */
export const isRegion = (item: AlternativeItem): boolean => item.what.includes(":");

export function savedWords({ saved_year_g: saved }: AlternativeItem, t: Messages): string | null {
  if (!saved) return null;
  return `${quantity("mass", saved.value)} (${t.interval(quantity("mass", saved.low), quantity("mass", saved.high))})`;
}

/** "3.1 ms", and how that stands to now. */
export function latencyWords({ p99_s, p99_difference_s }: AlternativeItem, t: Messages): [string, string | null] {
  if (p99_s === null || p99_s === undefined) return ["–", null];
  const time = quantity("time", p99_s);
  if (p99_difference_s === null || p99_difference_s === undefined || p99_difference_s === 0) return [time, null];
  const size = quantity("time", Math.abs(p99_difference_s));
  return [time, t.latencyAgainst(p99_difference_s > 0 ? t.longer(size) : t.shorter(size))];
}

export function accuracyWords({ top1_difference }: AlternativeItem, t: Messages): string {
  if (top1_difference === null || top1_difference === undefined) return t.altUnknownAccuracy;
  const size = points(Math.abs(top1_difference));
  const sign = size === points(0) ? "" : top1_difference < 0 ? "−" : "+";
  return t.altPoints(`${sign}${size}`);
}

export function verdictWords({ energy_verdict, likely }: AlternativeItem, t: Messages): string {
  if (!energy_verdict) return t.verdict.unresolved;
  return likely ? t.likely(t.verdict[energy_verdict]) : t.verdict[energy_verdict];
}

export const gridWords = (item: AlternativeItem): string => number(item.intensity_g_per_kwh ?? NaN);

export function yearWords({ year, same_year }: AlternativeItem, t: Messages): string {
  if (year === undefined) return "–";
  return same_year === false ? t.otherYear(year) : String(year);
}

export function waitWords({ at_unix_s }: AlternativeItem, nowUnixSeconds: number, t: Messages): string {
  const hours = ((at_unix_s ?? nowUnixSeconds) - nowUnixSeconds) / 3600;
  return hours <= 0 ? t.waitNone : t.waitHours(number(hours));
}

export const shareWords = (item: AlternativeItem): string => percent(item.ratio);

/** Of a projection: what it takes there of what there is now, at both ends of its interval. */
export function projectedShare({ ratio, per_g: there }: AlternativeItem, t: Messages): string {
  if (!there || !(there.value > 0)) return "";
  const now = there.value / ratio;
  return t.interval(percent(there.low / now), percent(there.high / now));
}

export const toldWords = ({ told }: AlternativeItem, t: Messages): string =>
  told === undefined || told === "open" ? t.projectionOpen : t.projectionTold(t.verdict[told]);

/** "53 % to 61 %": of the least hour of a typical day. */
export function shareInterval({ ratio_low: low, ratio_high: high }: AlternativeItem, t: Messages): string | null {
  if (low === undefined || low === null || high === undefined || high === null) return null;
  return t.interval(percent(low), percent(high));
}

const dayWords = (day: TypicalDay, column: string, t: Messages): string =>
  `${t.dayBasis(column, day.days, day.first_date, day.last_date)} ${day.zone_told ? "" : t.dayAsUtc}`.trim();

/** Where the items come from. */
export function basisWords(kind: AlternativeKind, t: Messages): string {
  switch (kind.kind) {
    case "settings":
      return t.measuredBySweep;
    case "models":
      return t.measuredByStudy;
    case "hour":
      return kind.typical_day ? dayWords(kind.typical_day, kind.source ?? "", t) : t.hourBasis(kind.source ?? "");
    case "place":
      return t.placeBasis;
    case "hardware":
      return t.projectionBasis;
  }
}

/** Why there are none, in the page's language; the server's sentence where it knows more. */
export function reasonWords(kind: AlternativeKind, t: Messages): string {
  switch (kind.reason) {
    case "no-sweep":
      return t.noSweep;
    case "of-one-model":
      return t.ofOneModel;
    case "no-forecast":
      return t.hourUnknown;
    case "flat":
      return kind.kind === "hour" && kind.typical_day ? `${t.dayFlat} ${basisWords(kind, t)}` : t.hourFlat;
    case "other-basis":
      return t.otherBasis;
    case "not-projected":
      return t.notProjected;
    case "none":
      return kind.kind === "settings" ? t.noneSettings : kind.kind === "models" ? t.noneModels : t.nonePlace;
    case null:
      return kind.why ?? "";
  }
}

/** A word of a shell: what others than letters and digits are in gets quotes. */
const quoted = (word: string) => (/^[\w.:/@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command that would measure other settings of a model of a catalog. */
export const sweepCommand = (model: string, photo: string): string => `miev sweep ${quoted(model)} --input ${quoted(photo)}`;
