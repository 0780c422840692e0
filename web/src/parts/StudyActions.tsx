// SPDX-License-Identifier: Apache-2.0
/* What can be done with a study: name it, measure it again, save it, delete it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "../announce";
import { asProblem } from "../api/client";
import type { Problem, Study } from "../api/types";
import { isOver } from "../api/types";
import { useText } from "../i18n";
import { go } from "../state/address";
import type { Pricing } from "../state/pricing";
import { client, loadStudies } from "../state/server";
import { CopyButton } from "./Copy";
import { ProblemNote, SureButton } from "./Note";

export function StudyActions({ study, onRemoved }: { study: Study; onRemoved?: () => void }) {
  const t = useText();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [renaming, setRenaming] = useState(false);
  const attempt = (act: () => Promise<void>) => {
    setProblem(null);
    act().catch((error) => setProblem(asProblem(error)));
  };
  const repeat = async () => {
    const again = await client.repeat(study.id);
    go({ scene: "study", id: again.id, pricing: null });
    await loadStudies();
  };
  const remove = async () => {
    await client.remove(study.id);
    announce.stage(t.removed(study.id));
    await loadStudies();
    onRemoved?.();
  };
  const rename = async (name: string) => {
    await client.rename(study.id, name);
    setRenaming(false);
    await loadStudies();
  };
  return (
    <div class="actions">
      {renaming
        ? <NameForm name={study.name} onSave={(name) => attempt(() => rename(name))} onKeep={() => setRenaming(false)} />
        : <button type="button" class="quiet" onClick={() => setRenaming(true)}>{t.rename}</button>}
      {isOver(study.status) && (
        <>
          <button type="button" class="quiet" onClick={() => attempt(repeat)}>{t.repeat}</button>
          <SureButton label={t.remove} sure={t.removeSure} yes={t.yesRemove} no={t.noKeep} onYes={() => attempt(remove)} />
        </>
      )}
      <ProblemNote problem={problem} />
    </div>
  );
}

function NameForm({ name, onSave, onKeep }: { name: string; onSave: (name: string) => void; onKeep: () => void }) {
  const t = useText();
  const [words, setWords] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <form class="row rename" onSubmit={(event) => {
      event.preventDefault();
      onSave(words.trim());
    }} onKeyDown={(event) => event.key === "Escape" && onKeep()}>
      <input type="text" aria-label={t.nameOf} maxLength={200} value={words} ref={field}
        onInput={(event) => setWords(event.currentTarget.value)} />
      <button type="submit">{t.saveName}</button>
      <button type="button" onClick={onKeep}>{t.keepName}</button>
    </form>
  );
}

export function Exports({ id, pricing }: { id: number; pricing: Pricing | null }) {
  const t = useText();
  return (
    <div class="row exports" role="group" aria-label={t.exports}>
      <span class="label">{t.exports}</span>
      {Object.entries(t.exportForms).map(([form, label]) => (
        <a key={form} class="button" href={client.exportPath(id, form, pricing)} download>{label}</a>
      ))}
      <CopyButton words={() => location.href} label={t.copyLink} failed={t.copyFailed} />
    </div>
  );
}
