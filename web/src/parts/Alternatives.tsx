// SPDX-License-Identifier: Apache-2.0
/* What would emit less: kind by kind as the server finds it, or, in a report by itself, another model; then the
 * places one by one. */

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
import type { Asked } from "../state/alternatives";
import { useAlternatives } from "../state/alternatives";
import type { Wish } from "../state/wish";
import type { Shown } from "./Charts";
import { Constraints } from "./Constraints";
import { Kinds } from "./Kinds";

interface Props extends Shown {
  places: Places | null;
  onPlace: ((zone: string) => void) | undefined;
  /** Absent where no server can be asked. */
  asked: Asked | undefined;
  wish: Wish;
  onWish: (wish: Wish) => void;
}

export function Alternatives({ report, places, chosenModel, onChoose, onPlace, asked, wish, onWish }: Props) {
  const t = useText();
  const names = carbonGroups(report).flatMap((group) => group.models.map((model) => model.name));
  const from = reference(report, chosenModel);
  const { document: told, problem, pending } = useAlternatives(asked, from, wish);
  if (from === null) return null;
  const found = alternativesTo(report, from);
  return (
    <section class="section" aria-labelledby="alternatives-title">
      <h2 id="alternatives-title">{t.alternatives}</h2>
      <div class="panel">
        <div class="row">
          {asked ? <span /> : <h3>{t.firstModel}</h3>}
          <label class="end inline">
            <span>{t.insteadOf}</span>
            <select value={from} onChange={(e) => onChoose(e.currentTarget.value)}>
              {names.map((name) => <option key={name}>{name}</option>)}
            </select>
          </label>
        </div>
        {!asked && (found.length > 0 ? <AlternativeTable found={found} /> : <p>{t.altNone(from)}</p>)}
        {asked && <Constraints wish={wish} onWish={onWish} problem={problem} />}
        {idleDecides(report) && <p class="note plain">{t.atRate}</p>}
      </div>
      {asked && !told && !problem && <p class="panel kinds-wait" role="status">{t.loading}</p>}
      {told && (
        <div class={pending ? "pending" : ""} aria-busy={pending}>
          <Kinds found={told} report={report} asked={asked} />
        </div>
      )}
      <RatioTable {...{ report, chosenModel: from, onChoose }} />
      {places && (
        <Elsewhere {...{ report, places, onChoose, onPlace }} chosenModel={from} search={wish.search}
          onSearch={(search) => onWish({ ...wish, search })} />
      )}
    </section>
  );
}

function Elsewhere({ onPlace, search, onSearch, ...props }: Shown & {
  places: Places; onPlace: Props["onPlace"]; search: string; onSearch: (words: string) => void;
}) {
  const t = useText();
  const shapes = useStore(world);
  useEffect(() => void loadWorld(), []);
  return (
    <>
      <h3 class="then">{t.thenPlace}</h3>
      <p class="hint">{t.samePlaceNote}</p>
      <WorldMap {...props} world={shapes} onPlace={onPlace} />
      <RegionsTable {...props} search={search} onSearch={onSearch} />
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
