// SPDX-License-Identifier: Apache-2.0
/* The photo that every model is shown: one of the samples, or one's own. */

import { useRef, useState } from "preact/hooks";
import type { InputFile, Problem } from "../api/types";
import { bytes, useText } from "../i18n";
import { inputs, loadInputs } from "../state/server";
import { chosenInput } from "../state/settings";
import { useStore } from "../state/store";
import { ProblemNote } from "./Note";

export function Photo({ busy, problem, onFile }: {
  busy: string | null; problem: Problem | null; onFile: (file: File) => void;
}) {
  const t = useText();
  const { value, problem: failed } = useStore(inputs);
  const chosen = useStore(chosenInput);
  const input = useRef<HTMLInputElement>(null);
  const current = value?.find((file) => file.id === chosen) ?? null;
  return (
    <fieldset class="panel photo">
      <legend>{t.photo}</legend>
      <ProblemNote problem={failed} onRetry={loadInputs} />
      <input ref={input} type="file" class="hidden" tabIndex={-1} aria-hidden="true" accept="image/*,.heic,.avif"
        onChange={(e) => {
          const file = e.currentTarget.files?.[0];
          if (file) onFile(file);
          e.currentTarget.value = "";
        }} />
      <div class="drop">
        {current ? <Preview key={current.id} file={current} /> : <UploadIcon />}
        <div>
          {current && (
            <p class="picked">
              {current.name} <span>{[bytes(current.bytes), current.licence].filter(Boolean).join(", ")}</span>
            </p>
          )}
          <p class="hint">{busy ? t.adding(busy) : t.photoHint}</p>
          <button type="button" onClick={() => input.current?.click()}>{t.choosePhoto}</button>
        </div>
      </div>
      <ProblemNote problem={problem} />
      {value || failed ? <Thumbnails files={value ?? []} chosen={chosen} /> : <div class="thumbs awaited" />}
    </fieldset>
  );
}

function UploadIcon() {
  return <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v5h16v-5" /></svg>;
}

function Preview({ file }: { file: InputFile }) {
  const t = useText();
  const [broken, setBroken] = useState(false);
  return broken
    ? <p class="hint preview">{t.noPreview}</p>
    : <img class="preview" src={file.href} alt={file.name} onError={() => setBroken(true)} />;
}

function Thumbnails({ files, chosen }: { files: readonly InputFile[]; chosen: string | null }) {
  const t = useText();
  return (
    <div class="thumbs" role="radiogroup" aria-label={t.samples}>
      {files.map((file) => (
        <label key={file.id} title={file.name}>
          <input type="radio" name="photo" aria-label={file.name} checked={file.id === chosen}
            onChange={() => chosenInput.set(file.id)} />
          <img src={file.thumbnail} alt="" loading="lazy" />
        </label>
      ))}
    </div>
  );
}
