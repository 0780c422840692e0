// SPDX-License-Identifier: Apache-2.0
/* What other tools would have said of a study's work, a model at a time; asked for when it is seen. */

import { useId } from "preact/hooks";
import type { OwnFigure } from "../charts";
import { MethodsChart } from "../charts";
import { LANGUAGES, language, useText } from "../i18n";
import type { Report } from "../report";
import { hasEnergy, measuredModels } from "../report";
import { modelToTell } from "../state/other_tools";
import type { Pricing } from "../state/pricing";
import { pricingQuery } from "../state/pricing";
import { client } from "../state/server";
import { useStore } from "../state/store";
import { useAsked, useSeen } from "../state/told";
import type { Methods as Answer, MethodsOfModel } from "../told_types";
import type { Shown } from "./Charts";
import { ProblemNote } from "./Note";

const SETTLE_MS = 150;

export function Methods({ id, pricing, ...shown }: Shown & { id: number; pricing: Pricing | null }) {
  const t = useText();
  const title = useId();
  const { place, seen } = useSeen();
  const asked = useAsked(seen ? `${id}${pricingQuery(pricing)}` : null, (signal) => client.methods(id, pricing, signal), SETTLE_MS);
  const { value, problem, pending } = asked;
  return (
    <section class="section methods" aria-labelledby={title} ref={place} aria-busy={pending}>
      <h2 id={title}>{t.otherTools}</h2>
      <ProblemNote problem={problem} />
      {value ? <Told {...shown} answer={value} pending={pending} /> : !problem && <p class="panel empty awaited">{t.loading}</p>}
    </section>
  );
}

function Told({ answer, report, chosenModel, onChoose, pending }: Shown & { answer: Answer; pending: boolean }) {
  const t = useText();
  const say = LANGUAGES[useStore(language)].charts;
  const id = useId();
  const model = modelToTell(answer, report, chosenModel);
  if (!model) return <p class="panel empty">{t.nothingToTell}</p>;
  return (
    <div class={pending ? "methods-told pending" : "methods-told"}>
      <div class="row methods-model">
        <label class="label" for={id}>{t.ofModel}</label>
        <select id={id} value={model.name} onChange={(event) => onChoose(event.currentTarget.value)}>
          {answer.models.map(({ name }) => <option key={name} value={name}>{name}</option>)}
        </select>
      </div>
      {chosenModel !== undefined && chosenModel !== model.name && <p class="note plain">{t.notTold(chosenModel)}</p>}
      <MethodsChart told={{ own: ownOf(model, report, say.methodOf), others: model.others }} title={say.methodsOf(model.name)}
        of={say.ofInference} />
    </div>
  );
}

function ownOf(model: MethodsOfModel, report: Report, words: (method: "measured" | "estimated" | "mixed" | "unavailable") => string): OwnFigure {
  const { site } = report;
  const energy = measuredModels(report).find(({ name }) => name === model.name)?.energy;
  return {
    version: report.miev_version,
    joules: model.miev.joules,
    grams: model.miev.co2e_g ?? null,
    pue: site.pue,
    intensity_g_per_kwh: site.intensity_g_per_kwh,
    zone: site.zone,
    year: site.year,
    method: words(energy && hasEnergy(energy) ? energy.method : "unavailable"),
  };
}
