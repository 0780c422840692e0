// SPDX-License-Identifier: Apache-2.0
/* What would emit less than a model of the study on show, as its controls say. */

import { useEffect, useState } from "preact/hooks";
import { asProblem, isAbort } from "../api/client";
import type { AlternativesDocument, HourKind } from "../api/alternatives_types";
import type { Problem } from "../api/types";
import type { Pricing } from "./pricing";
import { alternativesQuery } from "./pricing";
import { client } from "./server";
import { createStore, useStore } from "./store";
import { askWithPast, pastFile, refusedFile } from "./typical_day";
import type { Wish } from "./wish";
import { wishQuery } from "./wish";

/** The hours to come of the place on show, for the panel; null: not known yet. */
export const forecast = createStore<HourKind | null>(null);

export interface Found {
  document: AlternativesDocument | null;
  problem: Problem | null;
  pending: boolean;
}

/** A study that is over and has its report, on the server that shows the page. */
export interface Asked {
  id: number;
  pricing: Pricing | null;
  /** The picture, where it is on this server. */
  input: string | null;
}

export const hourOf = (document: AlternativesDocument): HourKind | null =>
  document.kinds.find((kind): kind is HourKind => kind.kind === "hour") ?? null;

const SETTLE_MS = 150;

export function useAlternatives(asked: Asked | undefined, model: string | null, wish: Wish): Found {
  const [found, setFound] = useState<Found>({ document: null, problem: null, pending: false });
  const file = useStore(pastFile);
  const query = asked && model !== null ? alternativesQuery(asked.pricing, wishQuery(wish, model)) : null;
  useEffect(() => {
    if (!asked || model === null) return;
    const aborter = new AbortController();
    const ask = async () => {
      try {
        const { answer, refused } = await askWithPast(file, (past) =>
          client.alternatives(asked.id, asked.pricing, wishQuery(wish, model), past, aborter.signal));
        setFound({ document: answer, problem: null, pending: false });
        forecast.set(hourOf(answer));
        if (!file || !refused) return;
        refusedFile.set({ name: file.name, problem: refused });
        pastFile.set(null);
      } catch (error) {
        if (!isAbort(error)) setFound((before) => ({ ...before, problem: asProblem(error), pending: false }));
      }
    };
    setFound((before) => ({ ...before, pending: true }));
    const timer = setTimeout(() => void ask(), found.document ? SETTLE_MS : 0);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [asked?.id, query, file]);
  useEffect(() => () => forecast.set(null), [asked?.id]);
  return found;
}
