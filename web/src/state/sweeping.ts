// SPDX-License-Identifier: Apache-2.0
/* What a sweep is to go over, as it is typed and as the server takes it. Pure. */

import type { CatalogModel, SweepSettings } from "../api/types";
import { measuredModels, type Report } from "../report";

const MOST_COUNT = 1024;
const MOST_COUNTS = 16;
const MOST_NAMES = 8;

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** "1, 2, 4"; nothing is nothing said; null: it holds what is no whole number from 1 to 1024, or too many. */
export function counts(text: string): number[] | null {
  const list = words(text);
  const good = list.length <= MOST_COUNTS && list.every((word) => /^\d{1,4}$/.test(word) && Number(word) >= 1 && Number(word) <= MOST_COUNT);
  return good ? [...new Set(list.map(Number))] : null;
}

/** "best none"; null: too many, or too long. */
export function names(text: string): string[] | null {
  const list = [...new Set(words(text))];
  return list.length <= MOST_NAMES && list.every((word) => word.length <= 32) ? list : null;
}

export interface SweepWords {
  threads: string;
  batch: string;
  delegate: string;
}

/** What was typed; null: something of it is none of its kind. */
export function sweepOf(typed: SweepWords): SweepSettings | null {
  const threads = counts(typed.threads);
  const batch = counts(typed.batch);
  const delegate = names(typed.delegate);
  if (!threads || !batch || !delegate) return null;
  return {
    ...(threads.length > 0 && { threads }),
    ...(batch.length > 0 && { batch }),
    ...(delegate.length > 0 && { delegate }),
  };
}

/** The files here of a report's model, its own first: told by the hash, as names may be anybody's. */
export function filesOf(report: Report, name: string, catalog: readonly CatalogModel[]): CatalogModel[] {
  const sha256 = measuredModels(report).find((model) => model.name === name)?.sha256;
  const own = catalog.find((model) => model.here && model.sha256 !== null && model.sha256 === sha256);
  if (!own) return [];
  const others = own.origin === "uploaded" ? [] : catalog.filter((m) => m.here && m !== own && m.name === own.name && m.origin === own.origin);
  return [own, ...others];
}
