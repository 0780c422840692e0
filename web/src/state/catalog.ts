// SPDX-License-Identifier: Apache-2.0
/* Which models the catalog shows, in which order. Pure. */

import type { CatalogModel, Study } from "../api/types";

export type Order = "name" | "carbon" | "accuracy" | "size";

export interface Filter {
  words: string;
  precision: string;
  order: Order;
  /** Only what can be measured now. */
  here: boolean;
  task: string;
  /** Of a file; null: any. A size that nobody told is no small one. */
  most_bytes: number | null;
}

export const EVERYTHING: Filter = { words: "", precision: "", order: "name", here: false, task: "", most_bytes: null };
export const SIZES_MB = [5, 10, 25, 50, 100, 250];

export const precisions = (models: readonly CatalogModel[]): string[] =>
  [...new Set(models.map((model) => model.precision))].sort();

export const tasks = (models: readonly CatalogModel[]): string[] => [...new Set(models.map((model) => model.task))].sort();

const searched = (model: CatalogModel): string =>
  [model.id, model.task, model.publisher, model.summary, model.format, model.address, model.accuracy?.dataset ?? "", ...(model.knows?.first ?? [])]
    .join(" ")
    .toLowerCase();

/** What is not known comes last, whichever way the others stand. */
const least = (a: number | null | undefined, b: number | null | undefined): number =>
  (a ?? Infinity) === (b ?? Infinity) ? 0 : (a ?? Infinity) - (b ?? Infinity);

const most = (a: number | undefined, b: number | undefined): number => least(a && -a, b && -b);

const byName = (a: CatalogModel, b: CatalogModel) => a.id.localeCompare(b.id, "en", { numeric: true });

const ORDERS: Record<Order, (a: CatalogModel, b: CatalogModel) => number> = {
  name: byName,
  carbon: (a, b) => least(a.last?.per_inference_g.value, b.last?.per_inference_g.value),
  accuracy: (a, b) => most(a.accuracy?.top1, b.accuracy?.top1),
  size: (a, b) => least(a.bytes, b.bytes),
};

export function shownModels(models: readonly CatalogModel[], filter: Filter): CatalogModel[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  return models
    .filter((model) => model.here || !filter.here)
    .filter((model) => filter.precision === "" || model.precision === filter.precision)
    .filter((model) => filter.task === "" || model.task === filter.task)
    .filter((model) => filter.most_bytes === null || (model.bytes ?? Infinity) <= filter.most_bytes)
    .filter((model) => words.every((word) => searched(model).includes(word)))
    .sort((a, b) => ORDERS[filter.order](a, b) || byName(a, b));
}

/** Until somebody chooses, all bundled models are chosen. */
export function chosenOf(all: readonly CatalogModel[], chosen: ReadonlySet<string> | null): Set<string> {
  const ids = all.filter((model) => model.here && (chosen ? chosen.has(model.id) : model.origin === "bundled")).map((m) => m.id);
  return new Set(ids);
}

/** A study that is opened ticks its models; where one is gone (the server then tells none) the choice stays. */
export const choiceOfStudy = (study: Study | null, before: ReadonlySet<string> | null): ReadonlySet<string> | null =>
  study?.model_ids?.length ? new Set(study.model_ids) : before;
