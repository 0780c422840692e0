// SPDX-License-Identifier: Apache-2.0
/* One study: while it runs its progress and provisional charts, then its report. */

import { useEffect } from "preact/hooks";
import type { Problem } from "../api/types";
import { isOver } from "../api/types";
import { date, useText } from "../i18n";
import { go } from "../state/address";
import type { Pricing } from "../state/pricing";
import type { Watched } from "../state/study";
import type { Priced } from "../state/watching";
import type { Wish } from "../state/wish";
import { Methods } from "./Methods";
import { ProblemNote } from "./Note";
import { ProgressPanel } from "./ProgressPanel";
import { Results } from "./Results";
import { Labels } from "./Labels";
import { Exports, StudyActions } from "./StudyActions";

interface Props {
  state: Watched;
  problem: Problem | null;
  priced: Priced;
  pricing: Pricing | null;
  name: string | null;
  wish: Wish;
  onWish: (wish: Wish) => void;
  onPlace: (zone: string) => void;
}

export function StudyView({ state, problem, priced, pricing, name, wish, onWish, onPlace }: Props) {
  const t = useText();
  const { study } = state;
  const over = study !== null && isOver(study.status);
  const report = over ? priced.report : state.report;
  const title = name || study?.name || t.study(state.id);

  useEffect(() => {
    document.title = `${title} – MIEV`;
  }, [title]);

  if (problem) return <ProblemNote problem={problem} />;
  return (
    <>
      <div class="study-head">
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {study && (
            <p class="hint">
              {study.name && `${t.study(study.id)} · `}{date(study.created_unix_s)} · {t.withPhoto(study.input.name)} ·{" "}
              <span class={`status ${study.status.replace(" ", "-")}`}>{t.status[study.status]}</span>
            </p>
          )}
        </div>
        {study && <StudyActions study={study} onRemoved={() => go({ scene: "history" })} />}
      </div>
      {study && t.statusWords[study.status] && <p class="note plain">{t.statusWords[study.status]}</p>}
      <ProblemNote problem={study?.error ?? null} />
      {!over && <ProgressPanel state={state} />}
      <ProblemNote problem={priced.problem} />
      {report
        ? (
          <div class={priced.pending ? "results pending" : "results"} aria-busy={priced.pending}>
            {over && <Exports id={state.id} pricing={pricing} />}
            {over && <Labels id={state.id} report={report} />}
            <Results report={report} places={over ? priced.places : null} photo={study?.input.href ?? null}
              onPlace={onPlace} asked={over ? { id: state.id, pricing, input: study.input.id } : undefined} wish={wish} onWish={onWish}
              more={over ? (shown) => <Methods id={state.id} pricing={pricing} {...shown} /> : undefined} />
          </div>
        )
        : <Nothing over={over} has={study?.has_report ?? true} />}
    </>
  );
}

function Nothing({ over, has }: { over: boolean; has: boolean }) {
  const t = useText();
  return <p class="panel empty">{!over ? t.stillNothing : has ? t.loading : t.noReport}</p>;
}
