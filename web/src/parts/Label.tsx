// SPDX-License-Identifier: Apache-2.0
/* What one model costs, in the forms to publish: as it will look, and as it is written. */
import { Choice, save } from "../charts";
import { text, useText } from "../i18n";
import type { LabelForm } from "../state/label_forms";
import { LABEL_FORMS } from "../state/label_forms";
import { askedForm, badgeSnippets, badgeTitle, labelFile, placeInReport, svgAddress } from "../state/labels";
import { client } from "../state/server";
import { useAsked } from "../state/told";
import { CodeBlock, CopyButton } from "./Copy";
import { Markdown } from "./Markdown";
import { ProblemNote } from "./Note";

interface Props {
  study: number;
  /** As the address calls it: its id in the catalog, its name in the report, or its place there. */
  model: string;
  sha256: string | null;
  form: LabelForm;
  onForm: (form: LabelForm) => void;
}

/** The report knows its models by number; a model is found in it by its file. */
async function labelOf({ study, model, sha256, form }: Props, signal: AbortSignal): Promise<string> {
  const at = placeInReport(await client.report(study, null, signal), model, sha256);
  if (at === null) throw new Error(text().notInStudy(model, study));
  return client.label(study, at, askedForm(form), signal);
}

export function Label(props: Props) {
  const t = useText();
  const { study, model, form, onForm } = props;
  const key = `${study} ${model} ${askedForm(form)}`;
  const { value, problem } = useAsked(key, async (signal) => ({ key, words: await labelOf(props, signal) }), 0);
  const words = value?.key === key ? value.words : null; // what comes next must not be shown as what came before
  const shown = LABEL_FORMS.map((one): [LabelForm, string] => [one, t.labelForms[one]]);
  return (
    <section class="panel label-forms" aria-labelledby="label-title">
      <div class="row">
        <h2 id="label-title">{t.label}</h2>
        <span class="end"><Choice label={t.labelView} value={form} onChange={onForm} options={shown} /></span>
      </div>
      <ProblemNote problem={problem} />
      {!problem && (words === null ? <p class="empty">{t.loading}</p> : <Shown {...{ words, model, form }} />)}
      <p class="hint">{t.labelHints[form]}</p>
    </section>
  );
}

function Shown({ words, model, form }: { words: string; model: string; form: LabelForm }) {
  const t = useText();
  const file = labelFile(model, form);
  return (
    <>
      {form === "rendered"
        ? <Markdown text={words} />
        : (
          <>
            {form === "svg" && <p class="badge-shown"><img src={svgAddress(words)} alt={badgeTitle(words)} /></p>}
            <pre tabIndex={0} role="region" aria-label={t.labelForms[form]}><code>{words}</code></pre>
          </>
        )}
      <div class="row">
        <CopyButton words={() => words} label={t.copyForm[form]} />
        <button type="button" onClick={() => save(new Blob([words], { type: file.type }), file.name)}>{t.saveAs(file.name)}</button>
      </div>
      {form === "svg" && <Snippets svg={words} file={file.name} />}
    </>
  );
}

function Snippets({ svg, file }: { svg: string; file: string }) {
  const t = useText();
  const { markdown, html } = badgeSnippets(svg, file);
  return (
    <>
      <CodeBlock prose title={t.badgeInMarkdown} code={markdown} />
      <CodeBlock prose title={t.badgeInHtml} code={html} />
    </>
  );
}
