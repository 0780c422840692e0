// SPDX-License-Identifier: Apache-2.0
/* Hours of a forecast, as the address and the server write them. */

import type { ForecastHour } from "../api/alternatives_types";

const HOUR_S = 3600;

/** "2026-11-28T20:00Z". */
export const hourWord = (unixSeconds: number): string => `${new Date(unixSeconds * 1000).toISOString().slice(0, 16)}Z`;

/** In seconds; null where it is no time. */
export function hourTime(word: string): number | null {
  const at = Date.parse(word);
  return Number.isFinite(at) ? at / 1000 : null;
}

/** Whether a time is within an hour, as the server looks for it. */
export function sameHour(hour: ForecastHour, word: string): boolean {
  const at = hourTime(word);
  return at !== null && at >= hour.at_unix_s && at < hour.at_unix_s + (hour.span_s || HOUR_S);
}
