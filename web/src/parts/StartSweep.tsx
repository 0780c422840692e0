// SPDX-License-Identifier: Apache-2.0
/* Measures a model of the report under other settings, with the same picture, where both are here. */

import { useId, useState } from "preact/hooks";
import { asProblem } from "../api/client";
import type { Problem } from "../api/types";
import { useText } from "../i18n";
import type { Report } from "../report";
import { go } from "../state/address";
import type { Asked } from "../state/alternatives";
import { pricingOf, studyPlace } from "../state/pricing";
import { client, loadStudies, models, zones } from "../state/server";
import { useStore } from "../state/store";
import type { SweepWords } from "../state/sweeping";
import { counts, filesOf, names, sweepOf } from "../state/sweeping";
import { ProblemNote } from "./Note";

export function StartSweep({ report, model, asked }: { report: Report; model: string; asked: Asked | undefined }) {
  const t = useText();
  const files = filesOf(report, model, useStore(models).value ?? []);
  const [typed, setTyped] = useState<SweepWords>({ threads: "", batch: "", delegate: "" });
  const [all, setAll] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const sweep = sweepOf(typed);
  const input = asked?.input ?? null;
  if (!asked || input === null || files.length === 0) return null;

  const start = async () => {
    if (!sweep) return;
    setBusy(true);
    setProblem(null);
    try {
      const pricing = asked.pricing ?? pricingOf(report, zones.get().value ?? []);
      const ids = (all ? files : files.slice(0, 1)).map((file) => file.id);
      const study = await client.start({ models: ids, input, ...studyPlace(pricing), sweep });
      go({ scene: "study", id: study.id, pricing: null });
      await loadStudies();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <details class="start-sweep">
      <summary>{t.sweepHere}</summary>
      <form onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}>
        <List label={t.sweepThreads} hint={t.sweepThreadsHint} value={typed.threads} bad={counts(typed.threads) === null}
          onChange={(threads) => setTyped({ ...typed, threads })} />
        <List label={t.sweepBatches} hint={t.sweepBatchesHint} value={typed.batch} bad={counts(typed.batch) === null}
          onChange={(batch) => setTyped({ ...typed, batch })} />
        <List label={t.sweepDelegates} hint={t.sweepDelegatesHint} value={typed.delegate} bad={names(typed.delegate) === null}
          onChange={(delegate) => setTyped({ ...typed, delegate })} />
        {files.length > 1 && (
          <label class="tickbox">
            <input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />
            {t.sweepFiles(files.map((file) => file.precision).join(", "))}
          </label>
        )}
        <div class="row"><button type="submit" disabled={busy || !sweep}>{busy ? t.creating : t.sweepStart}</button></div>
        <p class="hint">{t.sweepTime}</p>
        <ProblemNote problem={problem} />
      </form>
    </details>
  );
}

function List({ label, hint, value, bad, onChange }: {
  label: string; hint: string; value: string; bad: boolean; onChange: (words: string) => void;
}) {
  const t = useText();
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" autocomplete="off" value={value} aria-invalid={bad} aria-describedby={`${id}h`}
        onInput={(e) => onChange(e.currentTarget.value)} />
      <p id={`${id}h`} class={bad ? "hint error" : "hint"}>{bad ? t.sweepListError : hint}</p>
    </div>
  );
}
