// SPDX-License-Identifier: Apache-2.0
/* What a model is, short and long: the same words wherever one stands. */
import type { CatalogModel } from "../api/types";
import { PER_MILLION, count, points, quantity } from "../format";
import { bytes, date, useText } from "../i18n";

export function ModelName({ model }: { model: CatalogModel }) {
  const t = useText();
  return (
    <>
      <b>{model.name}</b> <span class="tag">{model.precision}</span>{" "}
      {model.format !== "tflite" && <span class="tag">{t.formats[model.format] ?? model.format}</span>}{" "}
      {model.origin === "uploaded" && <span class="tag own">{t.own}</span>}
      {model.verified === false && <span class="tag unsure" title={t.unverifiedWords}>{t.unverified}</span>}
    </>
  );
}

/** The spans of a row: its container lays them out in two columns. */
export function ModelSummary({ model }: { model: CatalogModel }) {
  const t = useText();
  const { accuracy, knows, last } = model;
  const facts = [model.bytes !== null && bytes(model.bytes), knows && t.knowsShort(knows.classes)];
  const lastWords = last ? t.lastHere(quantity("mass", last.per_inference_g.value * PER_MILLION)) : t.neverHere;
  return (
    <>
      <span class="figure">{accuracy ? `${points(accuracy.top1)} %` : t.noAccuracy}</span>
      <span class="facts">{facts.filter(Boolean).join(" · ")}</span>
      <span class="facts set">{accuracy?.dataset}</span>
      <span class="facts wide">{[t.taskNames[model.task] ?? model.task, model.publisher].filter(Boolean).join(" · ")}</span>
      <span class="facts wide last">{model.here ? lastWords : t.notHere}</span>
    </>
  );
}

/** All that the catalog knows of it. */
export function ModelFacts({ model }: { model: CatalogModel }) {
  const t = useText();
  const { accuracy, last } = model;
  const size = [model.bytes !== null && bytes(model.bytes), t.formats[model.format] ?? model.format,
    model.sha256 && `SHA-256 ${model.sha256.slice(0, 12)}…`];
  const facts: [string, string | null][] = [
    [t.task, t.taskNames[model.task] ?? model.task],
    [t.publisher, model.publisher],
    [t.licence, model.licence],
    [t.source, model.source],
    [t.accuracy, accuracy && `${t.testedOn(count(accuracy.images), `${accuracy.dataset} (${accuracy.split})`,
      points(accuracy.top1_low), points(accuracy.top1_high))}. ${accuracy.source}`],
    [t.lastTime, last && `${quantity("mass", last.per_inference_g.value * PER_MILLION)}, ${last.zone}, ${t[last.method]}, ${date(last.created_unix_s)}`],
    [t.parameters, model.parameters === null ? null : count(model.parameters)],
    [t.macs, model.macs === null ? null : count(model.macs)],
    [t.fileSize, size.filter(Boolean).join(", ")],
    [t.address, model.address],
  ];
  return (
    <>
      {model.summary && <p>{model.summary}</p>}
      <dl>{facts.map(([name, words]) => words && <div key={name}><dt>{name}</dt><dd>{words}</dd></div>)}</dl>
    </>
  );
}
