// SPDX-License-Identifier: Apache-2.0
/* Two studies of the same models: do they agree? */

import { useEffect, useState } from "preact/hooks";
import { asProblem, isAbort } from "../api/client";
import type { Compared, Problem } from "../api/types";
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
      <div class="panel scroll" tabIndex={0} role="region" aria-label={t.judgement}><Table found={found} a={a} b={b} /></div>
    </>
  );
}

const joules = (value: number | null, none: string) => (value === null ? none : quantity("energy", value));

function Table({ found, a, b }: { found: Compared; a: number; b: number }) {
  const t = useText();
  const bound = (value: number | null) => (value === null ? "∞" : number(value));
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t.altModel}</th>
          <th scope="col">{t.judgement}</th>
          <th scope="col" class="number">{t.energyThen(a)}</th>
          <th scope="col" class="number">{t.energyThen(b)}</th>
          <th scope="col" class="number">{t.energyRatio}</th>
          <th scope="col" class="number">{t.latencyRatio}</th>
          <th scope="col">{t.sameAnswers}</th>
        </tr>
      </thead>
      <tbody>
        {found.models.map((model) => (
          <tr key={model.name}>
            <th scope="row">{model.name}</th>
            <td>{t.answersOne[model.verdict]}{model.reason && <small>{model.reason}</small>}</td>
            <td class="number">{joules(model.before_j, t.none)}</td>
            <td class="number">{joules(model.after_j, t.none)}</td>
            <td class="number">
              {model.energy_ratio ? number(model.energy_ratio.value) : t.none}
              {model.energy_ratio && <small>{t.interval(bound(model.energy_ratio.judged.low), bound(model.energy_ratio.judged.high))}</small>}
            </td>
            <td class="number">{model.latency_ratio === null ? t.none : number(model.latency_ratio)}</td>
            <td>{model.answers ? t.answerWords[model.answers] : t.none}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
