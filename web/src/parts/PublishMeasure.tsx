// SPDX-License-Identifier: Apache-2.0
/* The second step: a study of the one model, a new one or one that was made before. */
import type { ComponentChildren } from "preact";
import type { CatalogModel } from "../api/types";
import { isOver } from "../api/types";
import { date, useText } from "../i18n";
import { useModelPage } from "../state/evaluating";
import { routeHash } from "../state/route";
import { settings } from "../state/settings";
import { useStore } from "../state/store";
import type { Uploads } from "../state/uploads";
import { usePriced, useStudy } from "../state/watching";
import { Headline } from "./Headline";
import { ProblemNote } from "./Note";
import { Photo } from "./Photo";
import { Place } from "./Place";
import { ProgressPanel } from "./ProgressPanel";
import { Start } from "./Setup";

interface Props {
  model: CatalogModel;
  study: number | null;
  uploads: Uploads;
  onStudy: (study: number | null) => void;
  /** Where it goes on. */
  children: ComponentChildren;
}

export function PublishMeasure({ model, study, uploads, onStudy, children }: Props) {
  return study === null
    ? <NewStudy {...{ model, uploads, onStudy }} />
    : <OneStudy key={study} id={study} onOther={() => onStudy(null)}>{children}</OneStudy>;
}

function NewStudy({ model, uploads, onStudy }: Omit<Props, "study" | "children">) {
  const t = useText();
  const { pricing } = useStore(settings);
  const change = (next: typeof pricing) => settings.set((before) => ({ ...before, pricing: next }));
  return (
    <>
      <Earlier model={model} onStudy={onStudy} />
      <form class="setup" id="setup" onSubmit={(event) => event.preventDefault()}>
        <Photo busy={uploads.busy?.kind === "image" ? uploads.busy.name : null} problem={uploads.problems.image ?? null}
          onFile={(file) => uploads.take(file, "image")} />
        <Place pricing={pricing} onChange={change} hint={null} />
        <Start pricing={pricing} label={t.measureIt} models={() => [model.id]} onStarted={onStudy} />
      </form>
    </>
  );
}

function Earlier({ model, onStudy }: Pick<Props, "model" | "onStudy">) {
  const t = useText();
  const measured = useModelPage(model.id).value?.measurements ?? [];
  if (measured.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="earlier-title">
      <h2 id="earlier-title">{t.measuredBefore}</h2>
      <ul class="plain">
        {measured.slice(0, 5).map(({ study, created_unix_s, machine }) => (
          <li key={study} class="row">
            <button type="button" onClick={() => onStudy(study)}>{t.takeStudy(study)}</button>
            <span class="hint">{date(created_unix_s)} · {machine.cpu}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function OneStudy({ id, onOther, children }: { id: number; onOther: () => void; children: ComponentChildren }) {
  const t = useText();
  const { state, problem } = useStudy(id);
  const priced = usePriced(state, null);
  const over = state.study !== null && isOver(state.study.status);
  const report = over ? priced.report : state.report;
  return (
    <>
      <ProblemNote problem={problem ?? state.study?.error ?? priced.problem} />
      {!over && !problem && <ProgressPanel state={state} />}
      {report && <Headline report={report} />}
      <p class="row">
        {over && report && <a href={routeHash({ scene: "study", id, pricing: null })}>{t.allCharts(id)}</a>}
        {(over || problem) && <button type="button" onClick={onOther}>{t.measureOther}</button>}
      </p>
      {over && report && children}
    </>
  );
}
