// SPDX-License-Identifier: Apache-2.0
/* The whole catalog: what is here and what can be had. */
import { useEffect } from "preact/hooks";
import type { CatalogModel } from "../api/types";
import { useText } from "../i18n";
import { SIZES_MB, shownModels, tasks } from "../state/catalog";
import { followPulls } from "../state/pulls";
import { routeHash } from "../state/route";
import { loadModels, models } from "../state/server";
import { hubFilter } from "../state/settings";
import { useStore } from "../state/store";
import type { Uploads } from "../state/uploads";
import { AddModel, CatalogFilter, OrderChoice } from "./Catalog";
import { ModelName, ModelSummary } from "./ModelSummary";
import { ProblemNote } from "./Note";
import { GetModel, PullByName, StarterSet } from "./Pulls";

export function Models({ uploads }: { uploads: Uploads }) {
  const t = useText();
  const { value, problem } = useStore(models);
  const all = value ?? [];
  const shown = shownModels(all, useStore(hubFilter));
  useEffect(() => {
    document.title = `${t.models} – MIEV`;
    void loadModels();
    void followPulls();
  }, []);
  return (
    <section class="hub" aria-labelledby="models-title">
      <h1 id="models-title" tabIndex={-1}>{t.models}</h1>
      <ProblemNote problem={problem} onRetry={loadModels} />
      <div class="cards">
        <StarterSet models={all} />
        <PullByName models={all} />
      </div>
      <Filters all={all} />
      <p class="hint" role="status">{value === null ? t.loading : t.modelsShown(shown.length, all.length)}</p>
      {value && shown.length === 0 && <p class="panel empty">{t.noMatch}</p>}
      <ul class="hub-models">{shown.map((model) => <Card key={model.id} model={model} />)}</ul>
      <AddModel busy={uploads.busy?.kind === "model" ? uploads.busy.name : null} problem={uploads.problems.model ?? null}
        onFile={(file) => uploads.take(file, "model")} />
    </section>
  );
}

function Filters({ all }: { all: readonly CatalogModel[] }) {
  const t = useText();
  const filter = useStore(hubFilter);
  const size = filter.most_bytes === null ? "" : String(filter.most_bytes);
  return (
    <div class="row" role="search">
      <CatalogFilter all={all} filter={hubFilter} />
      <select aria-label={t.whichModels} value={filter.here ? "here" : ""}
        onChange={(e) => hubFilter.set({ ...filter, here: e.currentTarget.value === "here" })}>
        <option value="">{t.allModels}</option>
        <option value="here">{t.modelsHere}</option>
      </select>
      <select aria-label={t.task} value={filter.task} onChange={(e) => hubFilter.set({ ...filter, task: e.currentTarget.value })}>
        <option value="">{t.anyTask}</option>
        {tasks(all).map((task) => <option key={task} value={task}>{t.taskNames[task] ?? task}</option>)}
      </select>
      <select aria-label={t.mostSize} value={size}
        onChange={(e) => hubFilter.set({ ...filter, most_bytes: e.currentTarget.value ? Number(e.currentTarget.value) : null })}>
        <option value="">{t.anySize}</option>
        {SIZES_MB.map((mb) => <option key={mb} value={String(mb * 1e6)}>{t.upTo(`${mb} MB`)}</option>)}
      </select>
      <OrderChoice filter={hubFilter} />
    </div>
  );
}

function Card({ model }: { model: CatalogModel }) {
  return (
    <li class="panel hub-model">
      <div class="model-grid">
        <a class="name" href={routeHash({ scene: "model", id: model.id })}><ModelName model={model} /></a>
        <ModelSummary model={model} />
      </div>
      <GetModel model={model} />
    </li>
  );
}
