// SPDX-License-Identifier: Apache-2.0
/* The models to choose from. */

import { useRef, useState } from "preact/hooks";
import { asProblem } from "../api/client";
import type { CatalogModel, Problem } from "../api/types";
import { useText } from "../i18n";
import type { Filter, Order } from "../state/catalog";
import { chosenOf, precisions, shownModels } from "../state/catalog";
import { routeHash } from "../state/route";
import { client, loadModels, models } from "../state/server";
import { catalogFilter, chosenModels } from "../state/settings";
import type { Store } from "../state/store";
import { useStore } from "../state/store";
import { ModelFacts, ModelName, ModelSummary } from "./ModelSummary";
import { ProblemNote, SureButton } from "./Note";

export function Catalog({ busy, problem, onFile }: {
  busy: string | null; problem: Problem | null; onFile: (file: File) => void;
}) {
  const t = useText();
  const { value, problem: failed } = useStore(models);
  const filter = useStore(catalogFilter);
  const all = (value ?? []).filter((model) => model.here);
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
      <div class="row"><CatalogFilter all={all} filter={catalogFilter} /></div>
      <div class="row">
        <button type="button" onClick={() => mark(ids, true)}>{t.selectAll}</button>
        <button type="button" onClick={() => mark(ids, false)}>{t.selectNone}</button>
        <OrderChoice filter={catalogFilter} />
      </div>
      {value && <p class="hint" hidden={shown.length > 0}>{all.length ? t.noMatch : t.noModels}</p>}
      <ul class={value === null ? "models awaited" : "models"}>
        {value === null && !failed && <li class="hint">{t.loading}</li>}
        {shown.map((model) => (
          <Row key={model.id} model={model} chosen={chosen.has(model.id)} onMark={(on) => mark([model.id], on)} />
        ))}
      </ul>
      <AddModel busy={busy} problem={problem} onFile={onFile} />
      <p class="hint"><a href={routeHash({ scene: "models" })}>{t.moreModels}</a></p>
    </fieldset>
  );
}

/** The words and the precision; a scene may have more to filter by. */
export function CatalogFilter({ all, filter: store }: { all: readonly CatalogModel[]; filter: Store<Filter> }) {
  const t = useText();
  const filter = useStore(store);
  return (
    <>
      <input type="search" class="grow" aria-label={t.search} placeholder={t.searchHint} value={filter.words}
        onInput={(e) => store.set({ ...filter, words: e.currentTarget.value })} />
      <select aria-label={t.precision} value={filter.precision}
        onChange={(e) => store.set({ ...filter, precision: e.currentTarget.value })}>
        <option value="">{t.anyPrecision}</option>
        {precisions(all).map((precision) => <option key={precision}>{precision}</option>)}
      </select>
    </>
  );
}

export function OrderChoice({ filter: store }: { filter: Store<Filter> }) {
  const t = useText();
  const filter = useStore(store);
  const words: Record<Order, string> = {
    name: t.orderName, carbon: t.orderCarbon, accuracy: t.orderAccuracy, size: t.orderSize,
  };
  return (
    <select class="end" aria-label={t.order} value={filter.order}
      onChange={(e) => store.set({ ...filter, order: e.currentTarget.value as Order })}>
      {Object.entries(words).map(([order, label]) => <option key={order} value={order}>{label}</option>)}
    </select>
  );
}

function Row({ model, chosen, onMark }: { model: CatalogModel; chosen: boolean; onMark: (on: boolean) => void }) {
  return (
    <li class={chosen ? "model chosen" : "model"}>
      <label>
        <input type="checkbox" checked={chosen} onChange={(e) => onMark(e.currentTarget.checked)} />
        <span class="name"><ModelName model={model} /></span>
        <ModelSummary model={model} />
      </label>
      <ModelDetails model={model} />
    </li>
  );
}

function ModelDetails({ model }: { model: CatalogModel }) {
  const t = useText();
  const { knows } = model;
  return (
    <details>
      <summary>{t.details}<span class="hidden"> {model.id}</span></summary>
      {knows && <p>{t.knows(knows.classes, knows.first)}</p>}
      <ModelFacts model={model} />
      <p><a href={routeHash({ scene: "model", id: model.id })}>{t.modelPage(model.id)}</a></p>
      <RemoveModel model={model} />
    </details>
  );
}

/** For what came from outside; what came with the program stays. */
export function RemoveModel({ model: { id, name, origin, here } }: { model: CatalogModel }) {
  const t = useText();
  const [problem, setProblem] = useState<Problem | null>(null);
  if (!here || (origin !== "uploaded" && origin !== "pulled")) return null;
  const remove = () => client.removeModel(id).then(loadModels, (error) => setProblem(asProblem(error)));
  return (
    <>
      <SureButton label={t.removeModel(name)} sure={t.removeSure} yes={t.yesRemove} no={t.noKeep} onYes={() => void remove()} />
      <ProblemNote problem={problem} />
    </>
  );
}

export function AddModel({ busy, problem, onFile }: {
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
