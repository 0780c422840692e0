// SPDX-License-Identifier: Apache-2.0
/* Words to take along. */
import { useId, useState } from "preact/hooks";
import { useText } from "../i18n";

/** `what` says to a screen reader which of several it copies. */
export function CopyButton({ words, label, what, failed }: {
  words: () => string; label: string; what?: string; failed?: string;
}) {
  const t = useText();
  const [said, setSaid] = useState("");
  const copy = () => navigator.clipboard.writeText(words()).then(() => setSaid(t.copied), () => setSaid(failed ?? t.copyBlocked));
  return (
    <>
      <button type="button" onClick={() => void copy()}>{label}{what && <span class="hidden"> {what}</span>}</button>
      <span role="status" class="hint">{said}</span>
    </>
  );
}

/** `prose`: lines may be broken. */
export function CodeBlock({ title, code, prose = false }: { title: string; code: string; prose?: boolean }) {
  const t = useText();
  const id = useId();
  return (
    <div class="code">
      <div class="row"><h3 id={id}>{title}</h3><span class="end row"><CopyButton words={() => code} label={t.copy} what={title} /></span></div>
      <pre class={prose ? "prose" : undefined} tabIndex={0} role="region" aria-labelledby={id}><code>{code}</code></pre>
    </div>
  );
}
