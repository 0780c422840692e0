// SPDX-License-Identifier: Apache-2.0
/* Before the first chart: what will happen, and what this machine can tell. */

import { useEffect } from "preact/hooks";
import { date, useText } from "../i18n";
import { routeHash } from "../state/route";
import { machine, studies } from "../state/server";
import { useStore } from "../state/store";

export function Welcome() {
  const t = useText();
  useEffect(() => {
    document.title = `MIEV – ${t.product}`;
  }, [t]);
  return (
    <div class="welcome">
      <div class="panel hello">
        <h1 tabIndex={-1}>{t.welcomeTitle}</h1>
        <ol>{t.welcomeSteps.map((step) => <li key={step}>{step}</li>)}</ol>
      </div>
      <Machine />
      <LastStudies />
    </div>
  );
}

function Machine() {
  const t = useText();
  const { value: known, problem } = useStore(machine);
  if (!known) return problem ? null : <p class="panel awaited">{t.loading}</p>;
  const counters = known.sensors.filter((sensor) => sensor.status === "ok" && sensor.name !== "cpu_model");
  const missing = known.engines.every((engine) => engine.status !== "ok") ? known.engines[0] : undefined;
  return (
    <div class="panel">
      <h2>{t.sensors}</h2>
      {missing && <p class="note bad">{t.noEngine(missing.message)}</p>}
      <p>{known.measured ? t.welcomeMeasured(counters.map((sensor) => sensor.name).join(", ")) : t.welcomeEstimated}</p>
      <details>
        <summary>{t.details}</summary>
        <dl>
          {known.sensors.map(({ name, status, message }) => (
            <div key={name}><dt>{name}</dt><dd>{status}{message && `: ${message}`}</dd></div>
          ))}
        </dl>
      </details>
    </div>
  );
}

function LastStudies() {
  const t = useText();
  const known = useStore(studies).value;
  if (!known || known.length === 0) return null;
  return (
    <div class="panel">
      <h2>{t.lastStudies}</h2>
      <ul class="plain">
        {known.slice(0, 5).map((study) => (
          <li key={study.id}>
            <a href={routeHash({ scene: "study", id: study.id, pricing: null })}>{study.name || t.study(study.id)}</a>
            <span class="hint"> {date(study.created_unix_s)} · {study.input.name} · {t.status[study.status]}</span>
          </li>
        ))}
      </ul>
      <p><a href={routeHash({ scene: "history" })}>{t.allStudies}</a></p>
    </div>
  );
}
