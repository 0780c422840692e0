// SPDX-License-Identifier: Apache-2.0
/* How often a model is right on photos of one's own: a folder for each class. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem } from "../api/client";
import type { Dataset } from "../api/hub_types";
import type { CatalogModel, Problem } from "../api/types";
import { count } from "../format";
import { useText } from "../i18n";
import { datasets, loadDatasets, useModelPage } from "../state/evaluating";
import { chosenFolder } from "../state/folders";
import type { Chosen } from "../state/mapping";
import { mappingOf, plainLabels, unknownFolders } from "../state/mapping";
import type { Publishing } from "../state/route";
import { client } from "../state/server";
import { useStore } from "../state/store";
import type { Uploads } from "../state/uploads";
import { Evaluated } from "./Evaluated";
import { MappingTable } from "./MappingTable";
import { ProblemNote, SureButton } from "./Note";

interface Props {
  model: CatalogModel;
  dataset: string | null;
  evaluation: number | null;
  uploads: Uploads;
  onChange: (part: Partial<Publishing>) => void;
  /** Where it goes on. */
  children: ComponentChildren;
}

export function Evaluate({ model, dataset, evaluation, uploads, onChange, children }: Props) {
  const t = useText();
  const { value, problem } = useStore(datasets);
  useEffect(() => void loadDatasets(), []);
  if (evaluation !== null)
    return <Evaluated key={evaluation} id={evaluation} onOther={() => onChange({ evaluation: null })}>{children}</Evaluated>;
  const chosen = value?.find(({ id }) => id === dataset) ?? null;
  return (
    <>
      <ProblemNote problem={problem} onRetry={loadDatasets} />
      <section class="panel datasets" aria-labelledby="dataset-title">
        <h2 id="dataset-title">{t.dataset}</h2>
        <p>{t.datasetWords}</p>
        <AddDataset uploads={uploads} />
        {value && value.length > 0 && (
          <DatasetList all={value} chosen={chosen} onChoose={(id) => onChange({ dataset: id })} />
        )}
      </section>
      {chosen && <Ready key={chosen.id} model={model} dataset={chosen} onStarted={(id) => onChange({ evaluation: id })} />}
      {!chosen && children}
    </>
  );
}

function AddDataset({ uploads }: { uploads: Uploads }) {
  const t = useText();
  const file = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  useEffect(() => folder.current?.setAttribute("webkitdirectory", ""), []);
  const busy = uploads.busy?.kind === "dataset" ? uploads.busy.name : null;
  return (
    <div class="add">
      <input ref={folder} type="file" class="hidden" tabIndex={-1} aria-hidden="true" data-folder=""
        onChange={(e) => {
          const { name, found } = chosenFolder(e.currentTarget.files as FileList);
          if (found.length > 0) uploads.takeFolder(name, found);
          e.currentTarget.value = "";
        }} />
      <input ref={file} type="file" class="hidden" tabIndex={-1} aria-hidden="true" accept=".zip,.tar,.tgz,.tar.gz"
        onChange={(e) => {
          const one = e.currentTarget.files?.[0];
          if (one) uploads.take(one, "dataset");
          e.currentTarget.value = "";
        }} />
      <button type="button" onClick={() => folder.current?.click()}>{t.chooseFolder}</button>
      <button type="button" onClick={() => file.current?.click()}>{t.chooseArchive}</button>
      <span class="hint" role="status">{busy ? t.adding(busy) : t.datasetHint}</span>
      <ProblemNote problem={uploads.problems.dataset ?? null} />
    </div>
  );
}

function DatasetList({ all, chosen, onChoose }: { all: readonly Dataset[]; chosen: Dataset | null; onChoose: (id: string) => void }) {
  const t = useText();
  const [problem, setProblem] = useState<Problem | null>(null);
  const remove = (id: string) => client.removeDataset(id).then(loadDatasets, (error) => setProblem(asProblem(error)));
  return (
    <>
      <ul class="plain" role="radiogroup" aria-labelledby="dataset-title">
        {all.map(({ id, name, classes, images }) => (
          <li key={id} class="row" role="presentation">
            <label class="tickbox">
              <input type="radio" name="dataset" checked={id === chosen?.id} onChange={() => onChoose(id)} />
              <b>{name}</b> <span class="hint">{t.datasetSize(count(images), classes.length)}</span>
            </label>
            <span class="end">
              <SureButton label={t.removeDataset(name)} sure={t.removeSure} yes={t.yesRemove} no={t.noKeep} onYes={() => void remove(id)} />
            </span>
          </li>
        ))}
      </ul>
      <ProblemNote problem={problem} />
    </>
  );
}

/** A dataset is chosen: its folders are told apart by the model, by themselves or by a choice. */
function Ready({ model, dataset, onStarted }: { model: CatalogModel; dataset: Dataset; onStarted: (id: number) => void }) {
  const t = useText();
  const { value: page, problem: unknown } = useModelPage(model.id);
  const [choice, setChoice] = useState<Chosen>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  if (!page) return unknown ? <ProblemNote problem={unknown} /> : <p class="panel empty">{t.loading}</p>;
  const labels = page.labels ?? [];
  const folders = unknownFolders(dataset.classes, page.labels);
  const chosen = Object.fromEntries(folders.map((folder) => [folder, choice[folder] ?? plainLabels(folder, labels)]));
  const left = folders.filter((folder) => chosen[folder]?.length === 0).length;
  const start = () =>
    client.evaluate(model.id, dataset.id, mappingOf(dataset.classes, folders, chosen)).then(({ id }) => onStarted(id), (error) => setProblem(asProblem(error)));
  return (
    <div class="panel mapping">
      <h2>{t.foldersAndLabels}</h2>
      <p>{folders.length === 0 ? t.foldersKnown(dataset.classes.length) : t.foldersUnknown(folders.length, dataset.classes.length)}</p>
      {folders.length > 0 && labels.length === 0 && <p class="note bad">{t.noLabels}</p>}
      {folders.length > 0 && labels.length > 0 && (
        <MappingTable folders={folders} labels={labels} chosen={chosen} onChange={(folder, next) => setChoice({ ...choice, [folder]: next })} />
      )}
      {left > 0 && <p class="hint" role="status">{t.foldersLeft(left)}</p>}
      <ProblemNote problem={problem} />
      <button type="button" class="create" aria-disabled={left === dataset.classes.length}
        onClick={() => left < dataset.classes.length && void start()}>{t.evaluate}</button>
    </div>
  );
}
