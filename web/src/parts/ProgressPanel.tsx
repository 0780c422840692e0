// SPDX-License-Identifier: Apache-2.0
/* What a study is doing, model by model. */

import { useState } from "preact/hooks";
import { asProblem } from "../api/client";
import type { ModelState, Problem, Progress } from "../api/types";
import { percent } from "../format";
import { useText } from "../i18n";
import { client } from "../state/server";
import type { Watched } from "../state/study";
import { secondsLeft, shareDone } from "../state/study";
import { ProblemNote } from "./Note";

export function ProgressPanel({ state }: { state: Watched }) {
  const t = useText();
  const { study, progress, link } = state;
  const queued = study?.status === "queued";
  const place = study?.queue_place ?? null;
  return (
    <section class="panel progress" aria-labelledby="progress-title">
      <div class="row">
        <h2 id="progress-title">{queued ? t.waiting : t.measuring}</h2>
        <Cancel id={state.id} />
      </div>
      {link === "lost" && <p class="note bad" role="alert">{t.lost}</p>}
      {queued && <p>{place === null || place <= 1 ? t.queuedNext : t.queuedPlace(place)}</p>}
      {progress && !queued && <Now progress={progress} />}
      {progress && <ModelStates models={progress.models} />}
    </section>
  );
}

function Now({ progress }: { progress: Progress }) {
  const t = useText();
  const { phase, model, half_width_ratio, target_ratio, block } = progress;
  const target = percent(target_ratio);
  const precise = half_width_ratio === null ? t.precisionNone(target) : t.precisionSoFar(percent(half_width_ratio), target);
  const words = phase === "rounds"
    ? [t.phase.rounds, t.roundN(block), precise]
    : [t.phase[phase], model, t.modelOf(progress.model_index + 1, progress.n_models)];
  return (
    <>
      <p class="now">{words.filter(Boolean).join(" · ")}</p>
      <progress aria-label={t.measuring} max={1} value={shareDone(progress)} />
      <p class="hint">{t.timeLeft(secondsLeft(progress))}</p>
    </>
  );
}

const ORDINARY: readonly ModelState[] = ["queued", "waiting"];

function ModelStates({ models }: { models: Progress["models"] }) {
  const t = useText();
  return (
    <ul class="states">
      {models.map(({ name, state }) => (
        <li key={name} class={state === "failed" ? "failed" : ORDINARY.includes(state) ? "" : "active"}>
          <span>{name}</span> <small>{t.modelState[state]}</small>
        </li>
      ))}
    </ul>
  );
}

function Cancel({ id }: { id: number }) {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const cancel = async () => {
    setBusy(true);
    try {
      await client.cancel(id);
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <span class="end">
      <button type="button" onClick={() => void cancel()} aria-disabled={busy}>{busy ? t.canceling : t.cancel}</button>
      <ProblemNote problem={problem} />
    </span>
  );
}
