// SPDX-License-Identifier: Apache-2.0
/* The block for a model card: as it will look, and as it is written. */
import { useEffect, useState } from "preact/hooks";
import { asProblem, isAbort } from "../api/client";
import type { CatalogModel, Problem } from "../api/types";
import { Choice, save } from "../charts";
import { text, useText } from "../i18n";
import { client } from "../state/server";
import { CopyButton } from "./Copy";
import { Markdown } from "./Markdown";
import { ProblemNote } from "./Note";

const problemOf = (detail: string): Problem => ({ title: "", status: 0, code: "invalid", detail });

/** The report knows its models by number; a model is found in it by its file. */
async function labelOf(study: number, model: CatalogModel, signal: AbortSignal): Promise<string> {
  const report = await client.report(study, null, signal);
  const at = report.models.findIndex((one) => (model.sha256 && one.sha256 ? one.sha256 === model.sha256 : one.name === model.id));
  if (at < 0) throw new Error(text().notInStudy(model.id, study));
  return client.label(study, at, signal);
}

export function Label({ study, model }: { study: number; model: CatalogModel }) {
  const t = useText();
  const [words, setWords] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [view, setView] = useState<"rendered" | "source">("rendered");
  useEffect(() => {
    const aborter = new AbortController();
    setWords(null);
    setProblem(null);
    labelOf(study, model, aborter.signal).then(setWords, (error) => {
      if (!isAbort(error)) setProblem(error instanceof Error && error.message ? problemOf(error.message) : asProblem(error));
    });
    return () => aborter.abort();
  }, [study, model.id]);
  if (problem) return <ProblemNote problem={problem} />;
  if (words === null) return <p class="panel empty">{t.loading}</p>;
  const file = `miev-${model.id.replace(/[^\w.-]+/g, "-")}.md`;
  return (
    <section class="panel" aria-labelledby="label-title">
      <div class="row">
        <h2 id="label-title">{t.label}</h2>
        <span class="end">
          <Choice label={t.labelView} value={view} onChange={setView} options={[["rendered", t.labelRendered], ["source", "Markdown"]]} />
        </span>
      </div>
      {view === "rendered"
        ? <Markdown text={words} />
        : <pre tabIndex={0} role="region" aria-label="Markdown"><code>{words}</code></pre>}
      <div class="row">
        <CopyButton words={() => words} label={t.copyMarkdown} />
        <button type="button" onClick={() => save(new Blob([words], { type: "text/markdown" }), file)}>{t.saveAs(file)}</button>
      </div>
      <p class="hint">{t.labelHint}</p>
    </section>
  );
}
