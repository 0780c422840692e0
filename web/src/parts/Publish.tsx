// SPDX-License-Identifier: Apache-2.0
/* The way of a publisher, from a model to its label. Each step is an address, so that one may leave and
 * come back; what a step does is what the other scenes do. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { CatalogModel } from "../api/types";
import { useText } from "../i18n";
import { go } from "../state/address";
import type { Publishing, Step } from "../state/route";
import { STEPS, publish, routeHash } from "../state/route";
import { models } from "../state/server";
import { useStore } from "../state/store";
import type { Uploads } from "../state/uploads";
import { Evaluate } from "./Evaluate";
import { Label } from "./Label";
import { ProblemNote } from "./Note";
import { PublishMeasure } from "./PublishMeasure";
import { PublishModel } from "./PublishModel";

export function Publish({ way, uploads }: { way: Publishing; uploads: Uploads }) {
  const t = useText();
  const { value, problem } = useStore(models);
  const model = value?.find(({ id }) => id === way.model) ?? null;
  const to = (part: Partial<Publishing>) => go(publish({ ...way, ...part }));
  useEffect(() => {
    document.title = `${t.publish}: ${t.steps[way.step]} – MIEV`;
  }, [way.step, t]);
  return (
    <section class="hub publish" aria-labelledby="publish-title">
      <h1 id="publish-title" tabIndex={-1}>{t.publish}: {t.steps[way.step]}</h1>
      <Steps way={way} />
      <ProblemNote problem={problem} />
      {value === null
        ? <p class="panel empty">{t.loading}</p>
        : <Content {...{ way, model, uploads, to }} />}
    </section>
  );
}

interface StepProps {
  way: Publishing;
  model: CatalogModel | null;
  uploads: Uploads;
  to: (part: Partial<Publishing>) => void;
}

function Content({ way, model, uploads, to }: StepProps) {
  const t = useText();
  const forget = { study: null, evaluation: null };
  if (way.step === "model")
    return <PublishModel uploads={uploads} onChoose={(id) => to({ step: "measure", model: id, ...(id === way.model ? {} : forget) })} />;
  if (way.step === "label" && way.study !== null && way.model !== null) // of a report whose model may be elsewhere
    return <Label study={way.study} model={way.model} sha256={model?.sha256 ?? null} form={way.form ?? "rendered"} onForm={(form) => to({ form })} />;
  if (!model) return <Missing words={way.model ? t.modelGone(way.model) : t.modelFirst} way={way} step="model" />;
  if (!model.here) return <Missing words={t.pullFirst(model.id)} way={way} step="model" />;
  switch (way.step) {
    case "measure":
      return (
        <PublishMeasure model={model} study={way.study} uploads={uploads} onStudy={(study) => to({ study })}>
          <Next way={way} step="evaluate" />
        </PublishMeasure>
      );
    case "evaluate":
      return (
        <Evaluate model={model} dataset={way.dataset} evaluation={way.evaluation} uploads={uploads} onChange={to}>
          <Next way={way} step="label" />
        </Evaluate>
      );
    case "label":
      return <Missing words={t.measureFirst} way={way} step="measure" />;
  }
}

function Missing({ words, way, step }: { words: string; way: Publishing; step: Step }) {
  return <div class="panel empty"><p>{words}</p><Next way={way} step={step} /></div>;
}

function Next({ way, step }: { way: Publishing; step: Step }) {
  const t = useText();
  return <p><a class="button create" href={routeHash(publish({ ...way, step }))}>{t.goStep(t.steps[step])}</a></p>;
}

function Steps({ way }: { way: Publishing }) {
  const t = useText();
  const made: Record<Step, ComponentChildren> = {
    model: way.model,
    measure: way.study !== null && t.study(way.study),
    evaluate: way.evaluation !== null && t.evaluated,
    label: null,
  };
  return (
    <nav aria-label={t.publishSteps}>
      <ol class="steps">
        {STEPS.map((step) => (
          <li key={step} class={made[step] ? "made" : ""}>
            <a href={routeHash(publish({ ...way, step }))} {...(step === way.step ? { "aria-current": "step" as const } : {})}>{t.steps[step]}</a>
            {made[step] && <small>{made[step]}</small>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
