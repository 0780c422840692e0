// SPDX-License-Identifier: Apache-2.0
/* Where it runs and how often: what a report is priced by. Changing it measures nothing. */

import type { Report } from "../report";
import { isMeasured } from "../report";
import type { Zone } from "../api/types";

export interface Pricing {
  /** Id of a zone. */
  zone: string;
  /** A figure of one's own, in place of the zone's. */
  intensity: number | null;
  pue: number;
  embodied: boolean;
  /** How long the machine is planned to be in use; null: the range of its class. */
  lifetime_years: number | null;
  requests_per_day: number;
  /** An hour of the forecast of the zone, "2026-11-28T20:00Z", in place of its year. */
  hour: string | null;
}

export const WORLD: Pricing =
  { zone: "World", intensity: null, pue: 1, embodied: true, lifetime_years: null, requests_per_day: 0, hour: null };

export const MOST_PUE = 10;
export const MOST_INTENSITY = 5000;
export const LEAST_LIFETIME = 0.1;
export const MOST_LIFETIME = 100;
const YEAR_S = 365.25 * 86400;

/** "?zone=KR&pue=1.2": everything is named, so that the answer depends on nothing else. */
export function pricingQuery(pricing: Pricing | null): string {
  if (!pricing) return "";
  const place = pricing.intensity !== null
    ? { intensity_g_per_kwh: String(pricing.intensity) }
    : { zone: pricing.zone, ...(pricing.hour !== null && { hour: pricing.hour }) };
  return `?${new URLSearchParams({ ...place, ...besidesPlace(pricing) })}`;
}

/** The same for all places at once. */
export const placesQuery = (pricing: Pricing | null): string =>
  pricing ? `?${new URLSearchParams(besidesPlace(pricing))}` : "";

/** Alternatives are held against the place's year: one of them is another hour. */
export const alternativesQuery = (pricing: Pricing | null, wish: Record<string, string>): string =>
  [pricingQuery(pricing && withoutHour(pricing)).slice(1), String(new URLSearchParams(wish))].filter(Boolean).join("&");

const besidesPlace = (pricing: Pricing) => ({
  pue: String(pricing.pue),
  embodied: String(pricing.embodied),
  requests_per_day: String(pricing.requests_per_day),
  ...(pricing.lifetime_years !== null && { lifetime_years: String(pricing.lifetime_years) }),
});

/** A place has hours of its own, and a figure of one's own has none. */
export const atPlace = (pricing: Pricing, zone: string): Pricing => ({ ...pricing, zone, intensity: null, hour: null });

/** How a new study is to be priced, in the words of the server. */
export function studyPlace({ zone, intensity, hour: _, ...others }: Pricing) {
  const place = intensity !== null ? { intensity_g_per_kwh: intensity } : zone === WORLD.zone ? {} : { zone };
  return { ...place, ...others };
}

/** As a study is asked for: hours pass, and a study is priced by the year. */
export const withoutHour = (pricing: Pricing): Pricing => (pricing.hour === null ? pricing : { ...pricing, hour: null });

/** What a report was priced by, so that the controls begin there. */
export function pricingOf(report: Report, zones: readonly Zone[]): Pricing {
  const { site } = report;
  const zone = zones.find((z) => z.name === site.zone);
  const rates = report.models.map((m) => (isMeasured(m) ? m.footprint?.at_rate?.requests_per_day : undefined));
  return {
    zone: zone?.id ?? WORLD.zone,
    intensity: zone || site.default ? null : site.intensity_g_per_kwh,
    pue: site.pue,
    embodied: site.embodied !== null,
    lifetime_years: plannedYears(report),
    hour: null,
    requests_per_day: rates.find((rate) => rate !== undefined) ?? 0,
  };
}

/** A plan of one's own is no range. */
function plannedYears({ site: { embodied } }: Report): number | null {
  if (!embodied || embodied.lifetime_s.high > embodied.lifetime_s.low) return null;
  return Number((embodied.lifetime_s.value / YEAR_S).toPrecision(6));
}

export const samePricing = (a: Pricing, b: Pricing): boolean => pricingQuery(a) === pricingQuery(b);

/* ---- how often, in the words of a person -------------------------------------------------------- */

export type Per = "second" | "minute" | "day";

const DAY: Record<Per, number> = { second: 86400, minute: 1440, day: 1 };

export const perDay = (value: number, per: Per): number => value * DAY[per];
export const fromDay = (requestsPerDay: number, per: Per): number => Number((requestsPerDay / DAY[per]).toPrecision(6));

/** What a person typed, as a number within bounds; null when it is none. "1,5" is 1.5. */
export function typedNumber(text: string, least: number, most: number, whole = false): number | null {
  const words = text.trim().replace(",", ".");
  if (!/^\d*\.?\d+(e[+-]?\d+)?$/i.test(words) && !/^\d+\.$/.test(words)) return null;
  const value = Number(words);
  return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : null;
}
