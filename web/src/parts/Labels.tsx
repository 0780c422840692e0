// SPDX-License-Identifier: Apache-2.0
/* From a study to the label of each of its models. */
import { useText } from "../i18n";
import type { Report } from "../report";
import { labelledModels } from "../state/labels";
import { publish, routeHash } from "../state/route";
import { models } from "../state/server";
import { useStore } from "../state/store";

export function Labels({ id, report }: { id: number; report: Report }) {
  const t = useText();
  const catalog = useStore(models).value ?? [];
  const all = labelledModels(report, catalog);
  if (all.length === 0) return null;
  return (
    <details class="labels">
      <summary>{t.labelsOf}</summary>
      <div class="row exports" role="group" aria-label={t.labelsOf}>
        {all.map(({ name, model }) => (
          <a key={name} class="button" href={routeHash(publish({ step: "label", study: id, model }))} aria-label={t.labelOf(name)}>{name}</a>
        ))}
      </div>
    </details>
  );
}
