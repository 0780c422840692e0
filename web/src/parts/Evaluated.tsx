// SPDX-License-Identifier: Apache-2.0
/* An evaluation: how far it is, then how often the model was right, beside what an answer emits. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { asProblem } from "../api/client";
import type { Evaluation } from "../api/hub_types";
import { isSettled } from "../api/hub_types";
import type { Problem } from "../api/types";
import { Table, save } from "../charts";
import type { EvalShare, EvaluatedModel } from "../eval_types";
import { PER_MILLION, count, inUnit, percentTenths, points, unitFor } from "../format";
import { useText } from "../i18n";
import { client } from "../state/server";
import { useEvaluation } from "../state/evaluating";
import { Tile } from "./Headline";
import { ProblemNote, asSentence } from "./Note";

export function Evaluated({ id, onOther, children }: { id: number; onOther: () => void; children: ComponentChildren }) {
  const t = useText();
  const { evaluation, lost, problem } = useEvaluation(id);
  const over = problem !== null || (evaluation !== null && isSettled(evaluation.state));
  return (
    <>
      <ProblemNote problem={problem} />
      {lost && <p class="note bad" role="alert">{t.lost}</p>}
      {!evaluation && !problem && <p class="panel empty">{t.loading}</p>}
      {evaluation && !isSettled(evaluation.state) && <Progress evaluation={evaluation} />}
      {evaluation?.problem && <p class="note bad" role="alert">{asSentence(evaluation.problem)}</p>}
      {(evaluation?.state === "cancelled" || evaluation?.state === "interrupted") && (
        <p class="note plain">{t.evaluationState[evaluation.state]}</p>
      )}
      {evaluation?.report?.models.map((model) => (model.error
        ? <p key={model.name} class="note bad" role="alert">{asSentence(model.error.message)}</p>
        : <Result key={model.name} model={model} dataset={evaluation.dataset_name} />))}
      {over && (
        <p class="row">
          <button type="button" onClick={onOther}>{t.evaluateOther}</button>
          {evaluation?.report && (
            <button type="button" onClick={() => save(new Blob([JSON.stringify(evaluation.report)], { type: "application/json" }), "miev-eval.json")}>
              {t.saveAs("JSON")}
            </button>
          )}
        </p>
      )}
      {evaluation?.state === "done" && children}
    </>
  );
}

function Progress({ evaluation: { id, state, queue_place: place, done, total } }: { evaluation: Evaluation }) {
  const t = useText();
  const [problem, setProblem] = useState<Problem | null>(null);
  const cancel = () => client.cancelEvaluation(id).catch((error) => setProblem(asProblem(error)));
  return (
    <section class="panel progress" aria-labelledby="evaluating-title">
      <div class="row">
        <h2 id="evaluating-title">{t.evaluationState[state]}</h2>
        <button type="button" class="end" onClick={() => void cancel()}>{t.cancel}</button>
      </div>
      <progress aria-label={t.evaluationState[state]} max={1} value={total > 0 ? done / total : 0} />
      <p class="hint">{place === null ? t.photosOf(count(done), count(total)) : t.queuedPlace(place)}</p>
      <ProblemNote problem={problem} />
    </section>
  );
}

/** The commonest mistakes; the saved report has all. */
const MOST_MISTAKES = 8;

function Result({ model, dataset }: { model: EvaluatedModel; dataset: string }) {
  const t = useText();
  const { top1, top5, not_evaluated: missing } = model;
  const mistakes = model.confusion.filter((cell) => cell.class !== cell.predicted).sort((a, b) => b.images - a.images);
  const range = ({ low, high }: EvalShare) => (low === null || high === null ? t.none : t.interval(points(low), points(high)));
  return (
    <section class="headline" aria-labelledby="evaluated-title">
      <h2 id="evaluated-title">{top1.share === null ? t.nothingEvaluated : t.rightOf(percentTenths(top1.share), dataset)}</h2>
      <dl class="tiles">
        {top1.share !== null && (
          <Tile title={t.rightShare} value={points(top1.share)} unit="%" sub={range(top1)} name={t.photosN(count(model.images))} />
        )}
        {top5 && top5.share !== null && <Tile title={t.amongFive} value={points(top5.share)} unit="%" sub={range(top5)} />}
        <CarbonOfPhoto model={model} />
      </dl>
      {missing.images > 0 && <p class="note plain">{t.notRead(missing.images)}</p>}
      {!model.complete && <p class="note plain">{t.notComplete}</p>}
      <Table label={t.classByClass} headings={[{ title: t.folder }, { title: t.images, kind: "number" }, { title: t.rightShare, kind: "number" }]}
        rows={model.classes.map(({ label, images, top1: right }) => ({
          key: label,
          cells: [label, count(images), <Share share={right} />],
        }))} />
      {mistakes.length > 0 && (
        <>
          <h3>{t.mistakes}</h3>
          <ul>{mistakes.slice(0, MOST_MISTAKES).map((cell) => (
            <li key={`${cell.class}/${cell.predicted}`}>{t.mistake(cell.class, cell.predicted, cell.images)}</li>
          ))}</ul>
        </>
      )}
    </section>
  );
}

/** In a cell: the share, its interval below. */
export function Share({ share: { share, low, high } }: { share: EvalShare }) {
  const t = useText();
  if (share === null) return <>{t.none}</>;
  return <>{percentTenths(share)}{low !== null && high !== null && <small>{t.interval(points(low), points(high))}</small>}</>;
}

function CarbonOfPhoto({ model }: { model: EvaluatedModel }) {
  const t = useText();
  const grams = model.footprint?.per_inference_g;
  if (!grams) return null;
  const [low, value, high] = [grams.low, grams.value, grams.high].map((g) => g * PER_MILLION) as [number, number, number];
  const unit = unitFor("mass", [value]);
  return <Tile title={t.carbonOfPhoto} value={inUnit(value, unit)} unit={unit.name}
    sub={`${t.perMillionPhotos}, ${t.interval(inUnit(low, unit), inUnit(high, unit))}`} name={t[model.energy.method]} />;
}
