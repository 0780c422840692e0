// SPDX-License-Identifier: Apache-2.0
/* The models to choose from. */

import { useRef, useState } from "preact/hooks";
import { asProblem } from "../api/client";
import type { CatalogModel, Problem } from "../api/types";
import { PER_MILLION, count, points, quantity } from "../format";
import { bytes, date, useText } from "../i18n";
import type { Order } from "../state/catalog";
import { chosenOf, precisions, shownModels } from "../state/catalog";
import { client, loadModels, models } from "../state/server";
import { catalogFilter, chosenModels } from "../state/settings";
import { useStore } from "../state/store";
import { ProblemNote, SureButton } from "./Note";

export function Catalog({ busy, problem, onFile }: {
  busy: string | null; problem: Problem | null; onFile: (file: File) => void;
}) {
  const t = useText();
  const { value, problem: failed } = useStore(models);
  const filter = useStore(catalogFilter);
  const all = value ?? [];
  const chosen = chosenOf(all, useStore(chosenModels));
  const shown = shownModels(all, filter);

  const mark = (ids: readonly string[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) if (on) next.add(id); else next.delete(id);
    chosenModels.set(next);
  };
  const ids = shown.map((model) => model.id);
  return (
    <fieldset class="panel catalog">
      <legend>{t.models}</legend>
      <p class="aside" aria-live="polite">{t.chosenOf(chosen.size, all.length)}</p>
      <ProblemNote problem={failed} onRetry={loadModels} />
      <CatalogFilter all={all} />
      <div class="row">
        <button type="button" onClick={() => mark(ids, true)}>{t.selectAll}</button>
        <button type="button" onClick={() => mark(ids, false)}>{t.selectNone}</button>
        <OrderChoice />
      </div>
      {value && <p class="hint" hidden={shown.length > 0}>{all.length ? t.noMatch : t.noModels}</p>}
      <ul class={value === null ? "models awaited" : "models"}>
        {value === null && !failed && <li class="hint">{t.loading}</li>}
        {shown.map((model) => (
          <Row key={model.id} model={model} chosen={chosen.has(model.id)} onMark={(on) => mark([model.id], on)} />
        ))}
      </ul>
      <AddModel busy={busy} problem={problem} onFile={onFile} />
    </fieldset>
  );
}

function CatalogFilter({ all }: { all: readonly CatalogModel[] }) {
  const t = useText();
  const filter = useStore(catalogFilter);
  return (
    <div class="row">
      <input type="search" class="grow" aria-label={t.search} placeholder={t.searchHint} value={filter.words}
        onInput={(e) => catalogFilter.set({ ...filter, words: e.currentTarget.value })} />
      <select aria-label={t.precision} value={filter.precision}
        onChange={(e) => catalogFilter.set({ ...filter, precision: e.currentTarget.value })}>
        <option value="">{t.anyPrecision}</option>
        {precisions(all).map((precision) => <option key={precision}>{precision}</option>)}
      </select>
    </div>
  );
}

function OrderChoice() {
  const t = useText();
  const filter = useStore(catalogFilter);
  const words: Record<Order, string> = {
    name: t.orderName, carbon: t.orderCarbon, accuracy: t.orderAccuracy, size: t.orderSize,
  };
  return (
    <select class="end" aria-label={t.order} value={filter.order}
      onChange={(e) => catalogFilter.set({ ...filter, order: e.currentTarget.value as Order })}>
      {Object.entries(words).map(([order, label]) => <option key={order} value={order}>{label}</option>)}
    </select>
  );
}

function Row({ model, chosen, onMark }: { model: CatalogModel; chosen: boolean; onMark: (on: boolean) => void }) {
  const t = useText();
  const { accuracy, knows, last } = model;
  const facts = [bytes(model.bytes), knows && t.knowsShort(knows.classes)];
  return (
    <li class={chosen ? "model chosen" : "model"}>
      <label>
        <input type="checkbox" checked={chosen} onChange={(e) => onMark(e.currentTarget.checked)} />
        <span class="name">
          <b>{model.name}</b> <span class="tag">{model.precision}</span>
          {model.origin === "uploaded" && <span class="tag own">{t.own}</span>}
        </span>
        <span class="figure">{accuracy ? `${points(accuracy.top1)} %` : t.noAccuracy}</span>
        <span class="facts">{facts.filter(Boolean).join(" · ")}</span>
        <span class="facts set">{accuracy?.dataset}</span>
        <span class="facts wide">{[t.taskNames[model.task] ?? model.task, model.publisher].filter(Boolean).join(" · ")}</span>
        <span class="facts wide last">
          {last ? t.lastHere(quantity("mass", last.per_inference_g.value * PER_MILLION)) : t.neverHere}
        </span>
      </label>
      <ModelDetails model={model} />
    </li>
  );
}

function ModelDetails({ model }: { model: CatalogModel }) {
  const t = useText();
  const [problem, setProblem] = useState<Problem | null>(null);
  const { accuracy, knows, last } = model;
  const remove = () => client.removeModel(model.id).then(loadModels, (error) => setProblem(asProblem(error)));
  const facts: [string, string | null][] = [
    [t.task, t.taskNames[model.task] ?? model.task],
    [t.publisher, model.publisher],
    [t.licence, model.licence],
    [t.source, model.source],
    [t.accuracy, accuracy && t.testedOn(count(accuracy.images), `${accuracy.dataset} (${accuracy.split})`,
      points(accuracy.top1_low), points(accuracy.top1_high))],
    [t.lastTime, last && `${quantity("mass", last.per_inference_g.value * PER_MILLION)}, ${last.zone}, ${t[last.method]}, ${date(last.created_unix_s)}`],
    [t.parameters, model.parameters === null ? null : count(model.parameters)],
    [t.macs, model.macs === null ? null : count(model.macs)],
    [t.fileSize, `${bytes(model.bytes)}, SHA-256 ${model.sha256.slice(0, 12)}…`],
  ];
  return (
    <details>
      <summary>{t.details}<span class="hidden"> {model.id}</span></summary>
      {model.summary && <p>{model.summary}</p>}
      {knows && <p>{t.knows(knows.classes, knows.first)}</p>}
      <dl>{facts.map(([name, words]) => words && <div key={name}><dt>{name}</dt><dd>{words}</dd></div>)}</dl>
      {model.origin === "uploaded" && (
        <SureButton label={t.removeModel(model.name)} sure={t.removeSure} yes={t.yesRemove} no={t.noKeep} onYes={remove} />
      )}
      <ProblemNote problem={problem} />
    </details>
  );
}

function AddModel({ busy, problem, onFile }: {
  busy: string | null; problem: Problem | null; onFile: (file: File) => void;
}) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="add">
      <input ref={input} type="file" class="hidden" tabIndex={-1} aria-hidden="true" accept=".tflite,.lite,.onnx"
        onChange={(e) => {
          const file = e.currentTarget.files?.[0];
          if (file) onFile(file);
          e.currentTarget.value = "";
        }} />
      <button type="button" onClick={() => input.current?.click()}>{t.addModel}</button>
      <span class="hint">{busy ? t.adding(busy) : t.addModelHint}</span>
      <ProblemNote problem={problem} />
    </div>
  );
}
