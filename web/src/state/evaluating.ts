// SPDX-License-Identifier: Apache-2.0
/* Datasets and their evaluation: what is known, as it comes in. */
import { useEffect, useState } from "preact/hooks";
import { announce } from "../announce";
import { asProblem, isAbort } from "../api/client";
import type { Dataset, Evaluation, ModelPage } from "../api/hub_types";
import { isSettled } from "../api/hub_types";
import { followEvents } from "../api/stream";
import type { Problem } from "../api/types";
import { percent } from "../format";
import { text } from "../i18n";
import type { Loaded } from "./server";
import { client, load } from "./server";
import { createStore } from "./store";

export const datasets = createStore<Loaded<Dataset[]>>({ value: null, problem: null });
export const loadDatasets = () => load(datasets, client.datasets);

/** What the server knows of one model; asked for anew when `when` changes. */
export function useModelPage(id: string | null, when: unknown = null): Loaded<ModelPage> {
  const [page, setPage] = useState<Loaded<ModelPage>>({ value: null, problem: null });
  useEffect(() => {
    if (id === null) return setPage({ value: null, problem: null });
    const aborter = new AbortController();
    client.model(id, aborter.signal).then(
      (value) => setPage({ value, problem: null }),
      (error) => !isAbort(error) && setPage({ value: null, problem: asProblem(error) }),
    );
    return () => aborter.abort();
  }, [id, when]);
  return page.value && page.value.model.id !== id ? { value: null, problem: null } : page;
}

export interface Evaluating {
  evaluation: Evaluation | null;
  lost: boolean;
  problem: Problem | null;
}

function say({ state, done, total }: Evaluation): void {
  if (state === "running") announce.tick(text().saidEvaluated(percent(total > 0 ? done / total : 0)));
  else if (isSettled(state)) announce.stage(text().evaluationState[state]);
}

export function useEvaluation(id: number): Evaluating {
  const [now, setNow] = useState<Evaluating>({ evaluation: null, lost: false, problem: null });
  useEffect(() => {
    // An event tells no report. The last state is told twice: what was asked for between the two stays.
    const take = (evaluation: Evaluation) => {
      say(evaluation);
      setNow((before) => ({ evaluation: { ...evaluation, report: evaluation.report ?? before.evaluation?.report ?? null }, lost: false, problem: null }));
    };
    setNow({ evaluation: null, lost: false, problem: null });
    return followEvents<Evaluation>({
      look: () => client.evaluation(id),
      over: ({ state }) => isSettled(state),
      path: client.evaluationEventsPath(id),
      kinds: ["progress", "end"],
      refuse: (error) => setNow((before) => ({ ...before, problem: asProblem(error) })),
      tell: (news) => {
        if (news.type === "now") take(news.value);
        else if (news.type === "event") take({ ...(news.data as Evaluation), report: null });
        else setNow((before) => ({ ...before, lost: news.type === "lost" }));
      },
    });
  }, [id]);
  const { evaluation } = now;
  // The report is large: it is asked for once, when it is there.
  useEffect(() => {
    if (!evaluation || !isSettled(evaluation.state) || evaluation.report) return;
    client.evaluation(id).then(
      (whole) => setNow({ evaluation: whole, lost: false, problem: null }), // one that failed early has none
      (error) => setNow((before) => ({ ...before, problem: asProblem(error) })),
    );
  }, [id, evaluation?.state]);
  return now;
}
