// SPDX-License-Identifier: Apache-2.0
/* What the next study is made of: kept while scenes change, its settings also when the page closes. */

import type { Filter } from "./catalog";
import { EVERYTHING } from "./catalog";
import type { Per, Pricing } from "./pricing";
import { LEAST_LIFETIME, MOST_INTENSITY, MOST_LIFETIME, MOST_PUE, WORLD } from "./pricing";
import { createKeptStore, createStore } from "./store";

export interface Settings {
  pricing: Pricing;
  per: Per;
  budget_s: number;
}

export const BUDGETS_S = [10, 30, 60, 120, 300, 600];

const inside = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;

/** Storage may hold what an older page wrote, or anybody. */
export function readSettings(kept: unknown): Settings | null {
  if (typeof kept !== "object" || kept === null) return null;
  const { pricing, per, budget_s } = kept as Partial<Settings>;
  if (!pricing || typeof pricing.zone !== "string" || pricing.zone.length > 64) return null;
  if (!inside(pricing.pue, 1, MOST_PUE) || !inside(pricing.requests_per_day, 0, 1e15)) return null;
  if (pricing.intensity !== null && !inside(pricing.intensity, 0, MOST_INTENSITY)) return null;
  if (per !== "second" && per !== "minute" && per !== "day") return null;
  if (!inside(budget_s, 1, 3600)) return null;
  const { zone, intensity, pue, requests_per_day } = pricing;
  const lifetime_years = inside(pricing.lifetime_years, LEAST_LIFETIME, MOST_LIFETIME) ? pricing.lifetime_years : null;
  return { pricing: { zone, intensity, pue, lifetime_years, requests_per_day, embodied: pricing.embodied !== false, hour: null }, per, budget_s };
}

export const settings = createKeptStore<Settings>(
  "miev.settings",
  { pricing: WORLD, per: "day", budget_s: 60 },
  readSettings,
);

/** Ids of models; null until somebody chose: then all that are bundled. */
export const chosenModels = createStore<ReadonlySet<string> | null>(null);
export const chosenInput = createStore<string | null>(null);
/** Of the models to measure, which are here, and of all that are known. */
export const catalogFilter = createStore<Filter>({ ...EVERYTHING, here: true });
export const hubFilter = createStore<Filter>(EVERYTHING);
