// SPDX-License-Identifier: Apache-2.0
/* Which labels of the model count as right for a folder whose name it does not know. */
import { Table } from "../charts";
import { useText } from "../i18n";
import type { Chosen } from "../state/mapping";
import { likelyLabels, matchingLabels } from "../state/mapping";
import { Combo } from "./Combo";

interface Props {
  folders: readonly string[];
  labels: readonly string[];
  chosen: Chosen;
  onChange: (folder: string, labels: readonly string[]) => void;
}

export function MappingTable({ folders, labels, chosen, onChange }: Props) {
  const t = useText();
  return (
    <Table label={t.foldersAndLabels} whole headings={[{ title: t.folder }, { title: t.countsAs, kind: "long" }]}
      rows={folders.map((folder) => ({
        key: folder,
        cells: [folder, <Labels folder={folder} labels={labels} chosen={chosen[folder] ?? []} onChange={(next) => onChange(folder, next)} />],
      }))} />
  );
}

function Labels({ folder, labels, chosen, onChange }: {
  folder: string; labels: readonly string[]; chosen: readonly string[]; onChange: (labels: readonly string[]) => void;
}) {
  const t = useText();
  const rest = labels.filter((label) => !chosen.includes(label));
  /** Those that the folder's name hints at stand first, until somebody types. */
  const found = (typed: string) =>
    typed.trim() === "" ? [...new Set([...likelyLabels(folder, rest), ...rest])] : matchingLabels(rest, typed);
  return (
    <div class="chosen-labels">
      {chosen.map((label) => (
        <button key={label} type="button" class="chip" onClick={() => onChange(chosen.filter((other) => other !== label))}>
          {label}<span aria-hidden="true"> ×</span><span class="hidden"> {t.takeAway}</span>
        </button>
      ))}
      <Combo label={t.labelFor(folder)} shown="" placeholder={chosen.length === 0 ? t.leftOut : t.anotherLabel} none={t.noLabel}
        matches={found} onChoose={(label) => onChange([...chosen, label])}>
        {(label) => <span>{label}</span>}
      </Combo>
    </div>
  );
}
