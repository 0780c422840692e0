// SPDX-License-Identifier: Apache-2.0
/* What would emit less: another model first, then another place. */

import { useEffect } from "preact/hooks";
import { RatioTable, RegionsTable, Table, WorldMap } from "../charts";
import { percent, points } from "../format";
import { useText } from "../i18n";
import type { Interval, Places } from "../report";
import { carbonGroups, reference } from "../report";
import type { Alternative } from "../state/answer";
import { alternativesTo, idleDecides } from "../state/answer";
import { useStore } from "../state/store";
import { loadWorld, world } from "../state/world";
import type { Shown } from "./Charts";

interface Props extends Shown {
  places: Places | null;
  onPlace: ((zone: string) => void) | undefined;
}

export function Alternatives({ report, places, chosenModel, onChoose, onPlace }: Props) {
  const t = useText();
  const names = carbonGroups(report).flatMap((group) => group.models.map((model) => model.name));
  const from = reference(report, chosenModel);
  if (from === null) return null;
  const found = alternativesTo(report, from);
  return (
    <section class="section" aria-labelledby="alternatives-title">
      <h2 id="alternatives-title">{t.alternatives}</h2>
      <div class="panel">
        <div class="row">
          <h3>{t.firstModel}</h3>
          <label class="end inline">
            <span>{t.insteadOf}</span>
            <select value={from} onChange={(e) => onChoose(e.currentTarget.value)}>
              {names.map((name) => <option key={name}>{name}</option>)}
            </select>
          </label>
        </div>
        {found.length > 0 ? <AlternativeTable found={found} /> : <p>{t.altNone(from)}</p>}
        {idleDecides(report) && <p class="note plain">{t.atRate}</p>}
      </div>
      <RatioTable {...{ report, chosenModel: from, onChoose }} />
      {places && <Elsewhere {...{ report, places, onChoose, onPlace }} chosenModel={from} />}
    </section>
  );
}

function Elsewhere({ onPlace, ...props }: Shown & { places: Places; onPlace: Props["onPlace"] }) {
  const t = useText();
  const shapes = useStore(world);
  useEffect(() => void loadWorld(), []);
  return (
    <>
      <h3 class="then">{t.thenPlace}</h3>
      <p class="hint">{t.samePlaceNote}</p>
      <WorldMap {...props} world={shapes} onPlace={onPlace} />
      <RegionsTable {...props} />
    </>
  );
}

function AlternativeTable({ found }: { found: Alternative[] }) {
  const t = useText();
  const verdict = ({ likely, verdict: words }: Alternative) =>
    likely && words !== "unresolved" ? t.likely(t.verdict[words]) : t.verdict[words];
  return (
    <Table label={t.firstModel} whole
      headings={[{ title: t.altModel }, { title: t.altCarbon, kind: "number" }, { title: t.altAccuracy, kind: "number" },
        { title: t.altVerdict }]}
      rows={found.map((other) => ({
        key: other.name,
        cells: [
          <>{other.name}{other.same_model && <small>{t.altSame}</small>}</>,
          <b>{percent(other.ratio)}</b>,
          <AccuracyChange difference={other.top1_difference} />,
          verdict(other),
        ],
      }))} />
  );
}

function AccuracyChange({ difference }: { difference: Interval | null }) {
  const t = useText();
  if (!difference) return <>{t.altUnknownAccuracy}</>;
  const size = points(Math.abs(difference.value));
  const sign = size === points(0) ? "" : difference.value < 0 ? "−" : "+";
  const change = t.altPoints(`${sign}${size}`);
  return <>{change}{difference.low <= 0 && difference.high >= 0 && <small>{t.altSameAccuracy}</small>}</>;
}
