// SPDX-License-Identifier: Apache-2.0
/* The field for a file of a grid's past, where the server has no forecast: chosen or dropped, and taken away again. */

import { useId, useRef } from "preact/hooks";
import type { Problem } from "../api/types";
import { bytes, useText } from "../i18n";
import type { Messages } from "../messages/en";
import { useStore } from "../state/store";
import { MOST_PAST_BYTES, PAST_TOO_LARGE, PAST_UNREADABLE, dropPast, pastFile, refusedFile, takePast } from "../state/typical_day";
import { ProblemNote, asSentence } from "./Note";

export function PastFile() {
  const t = useText();
  const id = useId();
  const file = useStore(pastFile);
  const refused = useStore(refusedFile);
  const input = useRef<HTMLInputElement>(null);
  const choose = useRef<HTMLButtonElement>(null);
  const takeAway = () => {
    dropPast();
    choose.current?.focus(); // the button that had the focus goes
  };
  return (
    <div class="past-file" role="group" aria-labelledby={`${id}t`} aria-describedby={`${id}h`}>
      <input ref={input} type="file" class="hidden" tabIndex={-1} aria-hidden="true" accept=".csv,.txt,text/csv"
        onChange={(e) => {
          const picked = e.currentTarget.files?.[0];
          if (picked) void takePast(picked);
          e.currentTarget.value = "";
        }} />
      <div class="drop" onDrop={(event) => {
        const dropped = event.dataTransfer?.files[0];
        if (!dropped) return;
        event.preventDefault(); // the page leaves it then
        void takePast(dropped);
      }}>
        <div>
          <p id={`${id}t`} class="past-title">{t.dayFile}</p>
          <p class="picked" role="status">{file && t.dayTaken(file.name, bytes(file.bytes.size))}</p>
          <p id={`${id}h`} class="hint">{t.dayWhere} {t.dayKept}</p>
          <div class="row">
            <button ref={choose} type="button" onClick={() => input.current?.click()}>{file ? t.dayOther : t.dayChoose}</button>
            {file && <button type="button" class="quiet" onClick={takeAway}>{t.dayAway}</button>}
          </div>
        </div>
      </div>
      <ProblemNote problem={refused && { ...refused.problem, detail: `${t.dayRefused(refused.name)} ${why(refused.problem, t)}` }} />
    </div>
  );
}

function why({ code, detail, title }: Problem, t: Messages): string {
  if (code === PAST_TOO_LARGE) return t.dayTooLarge(`${MOST_PAST_BYTES / 1024 ** 2} MiB`);
  if (code === PAST_UNREADABLE) return t.dayUnreadable;
  return asSentence(detail || title);
}
