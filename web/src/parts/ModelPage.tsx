// SPDX-License-Identifier: Apache-2.0
/* One model: what it is, what it costs wherever it was measured, how often it is right, how to use it. */
import { useEffect } from "preact/hooks";
import type { ModelPage as Page } from "../api/hub_types";
import type { CatalogModel } from "../api/types";
import { MeasurementsChart, Table } from "../charts";
import { count } from "../format";
import { date, useText } from "../i18n";
import { go } from "../state/address";
import { useModelPage } from "../state/evaluating";
import { followPulls } from "../state/pulls";
import { publish, routeHash } from "../state/route";
import { models } from "../state/server";
import { chosenModels } from "../state/settings";
import { useStore } from "../state/store";
import { RemoveModel } from "./Catalog";
import { Share } from "./Evaluated";
import { ModelFacts, ModelName } from "./ModelSummary";
import { ProblemNote } from "./Note";
import { GetModel } from "./Pulls";
import { UseModel } from "./UseModel";

export function ModelPage({ id }: { id: string }) {
  const t = useText();
  const row = useStore(models).value?.find((model) => model.id === id);
  const { value: page, problem } = useModelPage(id, row?.here);
  const model = row ?? page?.model ?? null;
  useEffect(() => {
    document.title = `${id} – MIEV`;
    void followPulls();
  }, [id]);
  return (
    <section class="hub" aria-labelledby="model-title">
      <h1 id="model-title" tabIndex={-1}>{model ? <ModelName model={model} /> : id}</h1>
      <ProblemNote problem={problem} />
      {model && (
        <div class="panel model-facts">
          <Actions model={model} study={page?.measurements[0]?.study ?? null} />
          <ModelFacts model={model} />
          <Labels labels={page?.labels ?? null} />
        </div>
      )}
      {!page && !problem && <p class="panel empty">{t.loading}</p>}
      {page && <Found page={page} />}
    </section>
  );
}

function Found({ page }: { page: Page }) {
  const t = useText();
  return (
    <>
      {page.measurements.length > 0 && (
        <>
          <h2>{t.measurements}</h2>
          <MeasurementsChart name={page.model.id} measurements={page.measurements}
            onChoose={(study) => go({ scene: "study", id: study, pricing: null })} />
        </>
      )}
      {page.evaluations.length > 0 && <Evaluations page={page} />}
      <UseModel use={page.use} />
    </>
  );
}

/** What can be done with it now: what is not here is pulled first. */
function Actions({ model, study }: { model: CatalogModel; study: number | null }) {
  const t = useText();
  if (!model.here) return <><p>{model.verified === false ? t.unverifiedWords : t.notHere}</p><GetModel model={model} /></>;
  const measure = () => {
    chosenModels.set(new Set([model.id]));
    go({ scene: "new" });
  };
  return (
    <div class="row" role="group" aria-label={t.actions}>
      <button type="button" onClick={measure}>{t.measureIt}</button>
      <a class="button" href={routeHash(publish({ step: "evaluate", model: model.id, study }))}>{t.evaluateIt}</a>
      <a class="button" href={routeHash(publish({ step: "label", model: model.id, study }))}>{t.labelIt}</a>
      <RemoveModel model={model} />
    </div>
  );
}

function Labels({ labels }: { labels: string[] | null }) {
  const t = useText();
  if (!labels) return null;
  return (
    <details>
      <summary>{t.knowsShort(labels.length)}</summary>
      <p class="labels">{labels.join(", ")}</p>
    </details>
  );
}

function Evaluations({ page }: { page: Page }) {
  const t = useText();
  return (
    <div class="panel">
      <h2>{t.evaluations}</h2>
      <Table label={t.evaluations} whole
        headings={[{ title: t.dataset }, { title: t.images, kind: "number" }, { title: t.rightShare, kind: "number" }, { title: t.when }]}
        rows={page.evaluations.map(({ id, dataset_name: dataset, done, top1, created_unix_s }) => ({
          key: id,
          cells: [
            <a href={routeHash(publish({ step: "evaluate", model: page.model.id, evaluation: id }))}>{dataset}</a>,
            count(done),
            top1 ? <Share share={top1} /> : t.none,
            date(created_unix_s),
          ],
        }))} />
    </div>
  );
}
