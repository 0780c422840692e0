// SPDX-License-Identifier: Apache-2.0
/* The left side: what to measure, with which photo, where. */

import { useState } from "preact/hooks";
import { announce } from "../announce";
import { asProblem } from "../api/client";
import type { NewStudy, Problem } from "../api/types";
import { text, useText } from "../i18n";
import { go } from "../state/address";
import { chosenOf } from "../state/catalog";
import type { Pricing } from "../state/pricing";
import { studyPlace } from "../state/pricing";
import { client, machine, models } from "../state/server";
import { chosenInput, chosenModels, settings } from "../state/settings";
import type { Uploads } from "../state/uploads";
import { Catalog } from "./Catalog";
import { ProblemNote } from "./Note";
import { Photo } from "./Photo";
import { Budget, Place } from "./Place";

/** What is asked of the server, or the sentence that says what is missing. */
function wanted(pricing: Pricing, ids: readonly string[]): NewStudy | string {
  const input = chosenInput.get();
  const most = machine.get().value?.limits.models_per_study ?? Infinity;
  if (ids.length === 0) return text().wantModel;
  if (ids.length > most) return text().tooMany(most);
  if (input === null) return text().wantPhoto;
  return { models: [...ids], input, ...studyPlace(pricing), budget_s: settings.get().budget_s };
}

export function Setup({ pricing, onPricing, shown, uploads }: {
  pricing: Pricing; onPricing: (pricing: Pricing) => void; shown: boolean; uploads: Uploads;
}) {
  const t = useText();
  const { busy, problems, take } = uploads;
  const sending = (kind: "image" | "model") => (busy?.kind === kind ? busy.name : null);
  return (
    <form class="setup" id="setup" aria-label={t.setup} onSubmit={(event) => event.preventDefault()}>
      <Catalog busy={sending("model")} problem={problems.model ?? null} onFile={(file) => take(file, "model")} />
      <Photo busy={sending("image")} problem={problems.image ?? null} onFile={(file) => take(file, "image")} />
      <Place pricing={pricing} onChange={onPricing} hint={shown ? t.repriceHint : null} />
      <Start pricing={pricing} label={t.create} models={() => [...chosenOf(models.get().value ?? [], chosenModels.get())]}
        onStarted={(id) => go({ scene: "study", id, pricing: null })} />
    </form>
  );
}

export function Start({ pricing, models: ids, label, onStarted }: {
  pricing: Pricing; models: () => readonly string[]; label: string; onStarted: (id: number) => void;
}) {
  const t = useText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const start = async () => {
    const request = wanted(pricing, ids());
    if (typeof request === "string")
      return setProblem({ title: "", status: 0, code: "invalid", detail: request });
    if (document.querySelector("#setup [aria-invalid=true]"))
      return setProblem({ title: "", status: 0, code: "invalid", detail: text().wantValid });
    setBusy(true);
    setProblem(null);
    try {
      const study = await client.start(request);
      onStarted(study.id);
      announce.stage(study.queue_place ? text().saidQueued(study.queue_place) : text().measuring);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  return (
    <div class="start">
      <ProblemNote problem={problem} />
      <div class="row">
        <Budget />
        <button type="button" class="create grow" aria-disabled={busy} onClick={() => !busy && void start()}>
          {busy ? t.creating : label}
        </button>
      </div>
    </div>
  );
}
