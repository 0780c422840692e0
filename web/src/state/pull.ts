// SPDX-License-Identifier: Apache-2.0
/* What is known of models on their way here. Pure. */
import type { Pull } from "../api/hub_types";
import { isSettled } from "../api/hub_types";
import type { CatalogModel } from "../api/types";

/** The newest of what was asked for, since a pull that failed may be tried again. */
export const pullOf = (all: readonly Pull[], what: string): Pull | null =>
  all.filter((pull) => pull.what === what || pull.models.includes(what)).sort((a, b) => b.id - a.id)[0] ?? null;

export const isUnderWay = (pull: Pull | null): boolean => pull !== null && !isSettled(pull.state);

/** 0 to 1; null where the other side told no size, or nothing has come. */
export const sharePulled = ({ bytes, total }: Pull): number | null => (total ? Math.min(1, bytes / total) : null);

/** Those of the starter set that are neither here nor under way. */
export const missingStarters = (models: readonly CatalogModel[], all: readonly Pull[]): CatalogModel[] =>
  models.filter((model) => model.starter && !model.here && !isUnderWay(pullOf(all, model.id)));
