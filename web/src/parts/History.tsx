// SPDX-License-Identifier: Apache-2.0
/* Every study that was kept. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Study } from "../api/types";
import { date, useText } from "../i18n";
import { go } from "../state/address";
import { routeHash } from "../state/route";
import { client, loadStudies, studies } from "../state/server";
import { useStore } from "../state/store";
import type { Uploads } from "../state/uploads";
import { ProblemNote } from "./Note";
import { StudyActions } from "./StudyActions";

export function History({ uploads }: { uploads: Uploads }) {
  const t = useText();
  const { value, problem } = useStore(studies);
  const [ticked, setTicked] = useState<readonly number[]>([]);
  useEffect(() => {
    document.title = `${t.history} – MIEV`;
    void loadStudies();
  }, []);
  const mark = (id: number, on: boolean) => setTicked(on ? [...ticked, id] : ticked.filter((other) => other !== id));
  const known = ticked.filter((id) => value?.some((study) => study.id === id));
  return (
    <section class="history" aria-labelledby="history-title">
      <div class="row">
        <h1 id="history-title" tabIndex={-1}>{t.history}</h1>
        <ImportReport uploads={uploads} />
      </div>
      <p class="hint">{t.historyHint}</p>
      <ProblemNote problem={problem} onRetry={loadStudies} />
      {value?.length === 0 && <p class="panel empty">{t.historyEmpty}</p>}
      {value && value.length > 0 && (
        <>
          <CompareBar ticked={known} />
          <ul class="studies">
            {value.map((study) => (
              <Row key={study.id} study={study} ticked={known.includes(study.id)} onTick={(on) => mark(study.id, on)} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function CompareBar({ ticked }: { ticked: readonly number[] }) {
  const t = useText();
  const [a, b] = [...ticked].sort((x, y) => x - y);
  const compare = () => a !== undefined && b !== undefined && ticked.length === 2 && go({ scene: "compare", a, b });
  return (
    <div class="row">
      <button type="button" aria-disabled={ticked.length !== 2} onClick={compare}>{t.compareTwo}</button>
      <span class="hint" role="status">{ticked.length === 2 ? "" : t.compareHint(ticked.length)}</span>
    </div>
  );
}

function Row({ study, ticked, onTick }: { study: Study; ticked: boolean; onTick: (on: boolean) => void }) {
  const t = useText();
  return (
    <li class="panel study">
      <input type="checkbox" aria-label={t.tick(study.id)} checked={ticked} disabled={!study.has_report}
        onChange={(event) => onTick(event.currentTarget.checked)} />
      {study.input.id && study.input.href ? <img src={client.thumbnailPath(study.input.id)} alt="" loading="lazy" /> : <span class="no-photo" aria-hidden="true" />}
      <div class="grow">
        <a href={routeHash({ scene: "study", id: study.id, pricing: null })}><b>{study.name || t.study(study.id)}</b></a>
        <p class="hint">
          {study.name && `${t.study(study.id)} · `}{date(study.created_unix_s)} · {study.input.name}
          {study.repeat_of !== null && ` · ${t.repeatOf(study.repeat_of)}`}
        </p>
        <p class="what">{study.models}</p>
      </div>
      <span class={`status ${study.status.replace(" ", "-")}`}>{t.status[study.status]}</span>
      <StudyActions study={study} />
    </li>
  );
}

function ImportReport({ uploads }: { uploads: Uploads }) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="end">
      <input ref={input} type="file" class="hidden" tabIndex={-1} aria-hidden="true" accept=".json,application/json"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) uploads.take(file, "report");
          event.currentTarget.value = "";
        }} />
      <button type="button" onClick={() => input.current?.click()}>{t.importReport}</button>
      <ProblemNote problem={uploads.problems.report ?? null} />
    </div>
  );
}
