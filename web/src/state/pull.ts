// SPDX-License-Identifier: Apache-2.0
/* What is known of models on their way here. Pure. */
import type { Pull } from "../api/hub_types";
import { isSettled } from "../api/hub_types";
import type { CatalogModel } from "../api/types";

/** The newest that was asked for by a name of the model, or brought it: one that failed may be tried again. */
export const pullOf = (all: readonly Pull[], { id, name }: Pick<CatalogModel, "id" | "name">): Pull | null =>
  all.filter((pull) => pull.what === id || pull.what === name || pull.models.includes(id)).sort((a, b) => b.id - a.id)[0] ?? null;

export const isUnderWay = (pull: Pull | null): boolean => pull !== null && !isSettled(pull.state);

/** 0 to 1; null where the other side told no size, or nothing has come. */
export const sharePulled = ({ bytes, total }: Pull): number | null => (total ? Math.min(1, bytes / total) : null);

export interface Starter {
  name: string;
  /** Its precisions: they may lie in one archive, so that a name is pulled once. */
  models: CatalogModel[];
}

export function startersOf(models: readonly CatalogModel[]): Starter[] {
  const set = models.filter((model) => model.starter);
  return [...new Set(set.map(({ name }) => name))].map((name) => ({ name, models: set.filter((model) => model.name === name) }));
}

/** Those that are neither here nor under way. */
export const missingStarters = (models: readonly CatalogModel[], all: readonly Pull[]): Starter[] =>
  startersOf(models).filter((starter) => starter.models.some((model) => !model.here && !isUnderWay(pullOf(all, model))));
