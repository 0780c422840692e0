// SPDX-License-Identifier: Apache-2.0
/* What an alternative has to fit, and what is looked for among the places: a part of the address. */

import { typedNumber } from "./pricing";

export interface Wish {
  /** Whose alternatives; null: the report's own reference. */
  model: string | null;
  /** 99th percentile, of one inference. */
  latency_ms: number | null;
  accuracy_percent: number | null;
  /** "eu,NO": empty is everywhere. */
  regions: string;
  /** Words that the table of places is searched by. */
  search: string;
}

export const NO_WISH: Wish = { model: null, latency_ms: null, accuracy_percent: null, regions: "", search: "" };

export const LEAST_LATENCY_MS = 0.000001;
export const MOST_LATENCY_MS = 86400000;
export const MOST_REGIONS = 159;
const MOST_SEARCH = 64;

/** A search stays as it is typed, with the blank at its end. */
const clean = (words: string | null, most: number): string =>
  words !== null && words.length <= most && /^\P{C}*$/u.test(words) ? words : "";

/** Null where the address says nothing of it. */
export function readWish(query: URLSearchParams): Wish | null {
  const number = (key: string, least: number, most: number) => typedNumber(query.get(key) ?? "", least, most);
  const model = query.get("model");
  const wish: Wish = {
    model: model && /^[\w .:@/+,-]{1,200}$/.test(model) ? model : null,
    latency_ms: number("latency", LEAST_LATENCY_MS, MOST_LATENCY_MS),
    accuracy_percent: number("accuracy", 0, 100),
    regions: clean(query.get("regions"), MOST_REGIONS),
    search: clean(query.get("search"), MOST_SEARCH),
  };
  return sameWish(wish, NO_WISH) ? null : wish;
}

export function writeWish(query: URLSearchParams, wish: Wish): void {
  if (wish.model !== null) query.set("model", wish.model);
  if (wish.latency_ms !== null) query.set("latency", String(wish.latency_ms));
  if (wish.accuracy_percent !== null) query.set("accuracy", String(wish.accuracy_percent));
  if (wish.regions !== "") query.set("regions", wish.regions);
  if (wish.search !== "") query.set("search", wish.search);
}

export const sameWish = (a: Wish, b: Wish): boolean =>
  (Object.keys(NO_WISH) as (keyof Wish)[]).every((key) => a[key] === b[key]);

/** What the server is asked; the search is the page's own. */
export function wishQuery(wish: Wish, model: string): Record<string, string> {
  return {
    model,
    ...(wish.latency_ms !== null && { max_latency_ms: String(wish.latency_ms) }),
    ...(wish.accuracy_percent !== null && { min_accuracy_percent: String(wish.accuracy_percent) }),
    ...(wish.regions !== "" && { regions: wish.regions }),
  };
}

/** "eu, NO ,": as the server reads it. */
export const tidy = (words: string): string =>
  words.split(",").map((word) => word.trim()).filter(Boolean).join(",");
