// SPDX-License-Identifier: Apache-2.0
/* The study on show: its events, and its report priced as the controls say. */

import { useEffect, useState } from "preact/hooks";
import { announce } from "../announce";
import { asProblem, isAbort } from "../api/client";
import { watch } from "../api/events";
import type { Problem } from "../api/types";
import { isOver } from "../api/types";
import { text } from "../i18n";
import type { Places, Report } from "../report";
import type { Pricing } from "./pricing";
import { client, loadModels, loadStudies } from "./server";
import type { StudyEvent, Watched } from "./study";
import { follow, secondsLeft, watched } from "./study";

function sayEvent(before: Watched, event: StudyEvent, after: Watched): void {
  const t = text();
  if (event.type === "lost" && before.link === "live") announce.stage(t.lost);
  if (event.type === "study" && after.study?.status === "queued" && after.study.queue_place !== before.study?.queue_place)
    announce.tick(t.saidQueued(after.study.queue_place ?? 1));
  if (event.type === "end")
    announce.stage(event.study.status === "finished" ? t.saidDone : t.saidStatus(t.status[event.study.status]));
  if (event.type !== "progress") return;
  const { phase, model, block } = event.progress;
  if (phase !== before.progress?.phase) announce.stage(t.saidPhase(t.phase[phase], phase === "rounds" ? null : model));
  else if (phase === "rounds") announce.tick(t.saidRound(block, t.timeLeft(secondsLeft(event.progress))));
}

export function useStudy(id: number): { state: Watched; problem: Problem | null } {
  const [state, setState] = useState(() => watched(id));
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    let now = watched(id);
    setState(now);
    setProblem(null);
    return watch(
      client,
      id,
      (event) => {
        const before = now;
        now = follow(before, event);
        sayEvent(before, event, now);
        setState(now);
        if (event.type === "end") void Promise.all([loadModels(), loadStudies()]);
      },
      (error) => setProblem(asProblem(error)),
    );
  }, [id]);
  return { state: state.id === id ? state : watched(id), problem };
}

export interface Priced {
  report: Report | null;
  places: Places | null;
  problem: Problem | null;
  pending: boolean;
}

const unpriced: Priced = { report: null, places: null, problem: null, pending: false };

/** Waits a moment, so that typing a number does not ask once a digit; a new price ends the asking. */
const SETTLE_MS = 150;

export function usePriced(state: Watched, pricing: Pricing | null): Priced {
  const [priced, setPriced] = useState<Priced & { id: number }>({ ...unpriced, id: state.id });
  const ready = state.study !== null && isOver(state.study.status) && state.study.has_report;
  const key = JSON.stringify(pricing);
  useEffect(() => {
    if (!ready) return;
    const aborter = new AbortController();
    const ask = async () => {
      try {
        const [report, places] = await Promise.all([
          client.report(state.id, pricing, aborter.signal),
          client.places(state.id, pricing, aborter.signal).catch((error) => {
            if (isAbort(error)) throw error;
            return null; // the map is missing then; the report need not be
          }),
        ]);
        setPriced({ id: state.id, report, places, problem: null, pending: false });
      } catch (error) {
        if (!isAbort(error)) setPriced((before) => ({ ...before, problem: asProblem(error), pending: false }));
      }
    };
    setPriced((before) => (before.id === state.id ? { ...before, pending: true } : { ...unpriced, id: state.id, pending: true }));
    const first = priced.id !== state.id || priced.report === null;
    const timer = setTimeout(() => void ask(), first ? 0 : SETTLE_MS);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [state.id, ready, key]);
  return priced.id === state.id ? priced : unpriced;
}

