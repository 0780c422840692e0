// SPDX-License-Identifier: Apache-2.0
/* For a reader: how to load the model elsewhere, under which licence, and how to cite it. */
import type { ModelPage } from "../api/hub_types";
import { useText } from "../i18n";
import { CodeBlock } from "./Copy";

export function UseModel({ use }: { use: ModelPage["use"] }) {
  const t = useText();
  const blocks: [string, string | null][] = [
    ["Python", use.python], ["C", use.c], [t.methodsSentence, use.methods], ["BibTeX", use.bibtex],
  ];
  return (
    <section class="panel use" aria-labelledby="use-title">
      <h2 id="use-title">{t.useModel}</h2>
      <p>{use.licence ? t.licenceIs(use.licence) : t.licenceUnknown}</p>
      {use.python === null && use.c === null && <p class="hint">{t.noProgram}</p>}
      {blocks.map(([title, code]) => code !== null && <CodeBlock key={title} title={title} code={code} prose={title === t.methodsSentence} />)}
    </section>
  );
}
