// SPDX-License-Identifier: Apache-2.0
/* Two studies of the same models: do they agree? */

import { useEffect, useState } from "preact/hooks";
import { asProblem, isAbort } from "../api/client";
import type { Compared, Problem } from "../api/types";
import { Table } from "../charts";
import { number, quantity } from "../format";
import { date, useText } from "../i18n";
import { routeHash } from "../state/route";
import { client } from "../state/server";
import { ProblemNote } from "./Note";

export function Comparison({ a, b }: { a: number; b: number }) {
  const t = useText();
  const [found, setFound] = useState<Compared | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const aborter = new AbortController();
    setFound(null);
    setProblem(null);
    document.title = `${t.comparison(a, b)} – MIEV`;
    client.compare(a, b, aborter.signal).then(setFound, (error) => !isAbort(error) && setProblem(asProblem(error)));
    return () => aborter.abort();
  }, [a, b]);
  return (
    <section class="comparison" aria-labelledby="comparison-title">
      <h1 id="comparison-title" tabIndex={-1}>{t.comparison(a, b)}</h1>
      <ProblemNote problem={problem} />
      {!found && !problem && <p class="panel empty">{t.loading}</p>}
      {found && <Found found={found} a={a} b={b} />}
    </section>
  );
}

function Found({ found, a, b }: { found: Compared; a: number; b: number }) {
  const t = useText();
  const sides = [[a, found.before], ...(found.after ? [[b, found.after] as const] : [])] as [number, Compared["before"]][];
  return (
    <>
      <div class="headline">
        <p class="answer">{t.answers[found.verdict]}</p>
        <p class="hint">
          {found.same_machine ? t.sameMachine : t.otherMachine}, {found.same_sensors ? t.sameSensors : t.otherSensors}.
        </p>
        <ul class="plain">
          {sides.map(([id, side]) => (
            <li key={id}>
              <a href={routeHash({ scene: "study", id, pricing: null })}>{t.study(id)}</a>: {date(side.created_unix_s)}, {side.cpu}
            </li>
          ))}
        </ul>
        {found.notes.map((note) => <p key={note} class="note plain">{note}</p>)}
      </div>
      <div class="panel"><Models found={found} a={a} b={b} /></div>
    </>
  );
}

const joules = (value: number | null, none: string) => (value === null ? none : quantity("energy", value));

function Models({ found, a, b }: { found: Compared; a: number; b: number }) {
  const t = useText();
  const bound = (value: number | null) => (value === null ? "∞" : number(value));
  const factor = (ratio: Compared["models"][number]["energy_ratio"]) => ratio && (
    <>{number(ratio.value)}<small>{t.interval(bound(ratio.judged.low), bound(ratio.judged.high))}</small></>
  );
  return (
    <Table label={t.judgement} whole
      headings={[{ title: t.altModel }, { title: t.judgement }, { title: t.energyThen(a), kind: "number" },
        { title: t.energyThen(b), kind: "number" }, { title: t.energyRatio, kind: "number" },
        { title: t.latencyRatio, kind: "number" }, { title: t.sameAnswers }]}
      rows={found.models.map((model) => ({
        key: model.name,
        cells: [
          model.name,
          <>{t.answersOne[model.verdict]}{model.reason && <small>{model.reason}</small>}</>,
          joules(model.before_j, t.none),
          joules(model.after_j, t.none),
          factor(model.energy_ratio) ?? t.none,
          model.latency_ratio === null ? t.none : number(model.latency_ratio),
          model.answers ? t.answerWords[model.answers] : t.none,
        ],
      }))} />
  );
}
