// SPDX-License-Identifier: Apache-2.0
/* The first step of a publisher: one's own file, or a model that is here. */
import { useEffect, useRef } from "preact/hooks";
import { useText } from "../i18n";
import { shownModels } from "../state/catalog";
import { routeHash } from "../state/route";
import { models } from "../state/server";
import { catalogFilter } from "../state/settings";
import { useStore } from "../state/store";
import type { Uploads } from "../state/uploads";
import { AddModel, CatalogFilter, OrderChoice } from "./Catalog";
import { ModelName, ModelSummary } from "./ModelSummary";

export function PublishModel({ uploads, onChoose }: { uploads: Uploads; onChoose: (id: string) => void }) {
  const t = useText();
  const all = (useStore(models).value ?? []).filter((model) => model.here);
  const shown = shownModels(all, useStore(catalogFilter));
  useOwn(all.filter((model) => model.origin === "uploaded").map((model) => model.id), onChoose);
  return (
    <div class="panel choose-model">
      <h2>{t.ownModel}</h2>
      <AddModel busy={uploads.busy?.kind === "model" ? uploads.busy.name : null} problem={uploads.problems.model ?? null}
        onFile={(file) => uploads.take(file, "model")} />
      <h2>{t.orModelHere}</h2>
      <p class="hint"><a href={routeHash({ scene: "models" })}>{t.moreModels}</a></p>
      <div class="row"><CatalogFilter all={all} filter={catalogFilter} /><OrderChoice filter={catalogFilter} /></div>
      {shown.length === 0 && <p class="hint">{t.noMatch}</p>}
      <ul class="models">
        {shown.map((model) => (
          <li key={model.id} class="model pick">
            <div class="model-grid"><span class="name"><ModelName model={model} /></span><ModelSummary model={model} /></div>
            <button type="button" onClick={() => onChoose(model.id)}>{t.chooseIt}<span class="hidden"> {model.id}</span></button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A file that was added here is what one wants to publish. */
function useOwn(own: readonly string[], onChoose: (id: string) => void): void {
  const before = useRef(own);
  useEffect(() => {
    const added = own.find((id) => !before.current.includes(id));
    before.current = own;
    if (added) onChoose(added);
  }, [own.join()]);
}
