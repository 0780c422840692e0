// SPDX-License-Identifier: Apache-2.0
/* What an alternative has to fit: how long it may take, how right it must be, where it may run. */

import { useEffect, useId, useState } from "preact/hooks";
import type { Problem } from "../api/types";
import { useText } from "../i18n";
import type { Wish } from "../state/wish";
import { LEAST_LATENCY_MS, MOST_LATENCY_MS, MOST_REGIONS, tidy } from "../state/wish";
import { ProblemNote } from "./Note";
import { OptionalNumberField } from "./NumberField";

export function Constraints({ wish, onWish, problem }: {
  wish: Wish; onWish: (wish: Wish) => void; problem: Problem | null;
}) {
  const t = useText();
  return (
    <fieldset class="constraints">
      <legend>{t.wish}</legend>
      <OptionalNumberField label={t.wishLatency} value={wish.latency_ms} least={LEAST_LATENCY_MS} most={MOST_LATENCY_MS}
        hint={t.wishLatencyHint} error={t.wishLatencyError} onChange={(latency_ms) => onWish({ ...wish, latency_ms })} />
      <OptionalNumberField label={t.wishAccuracy} value={wish.accuracy_percent} least={0} most={100}
        error={t.wishAccuracyError} onChange={(accuracy_percent) => onWish({ ...wish, accuracy_percent })} />
      <Regions value={wish.regions} onChange={(regions) => onWish({ ...wish, regions })} />
      <ProblemNote problem={problem} />
    </fieldset>
  );
}

/** Told when it is left or sent: half a name is none that the server knows. */
function Regions({ value, onChange }: { value: string; onChange: (regions: string) => void }) {
  const t = useText();
  const id = useId();
  const [words, setWords] = useState(value);
  useEffect(() => setWords(value), [value]);
  return (
    <div class="field">
      <label for={id}>{t.wishRegions}</label>
      <input id={id} type="text" autocomplete="off" maxLength={MOST_REGIONS} value={words} aria-describedby={`${id}h`}
        onInput={(e) => setWords(e.currentTarget.value)}
        onChange={(e) => onChange(tidy(e.currentTarget.value))} />
      <p id={`${id}h`} class="hint">{t.wishRegionsHint}</p>
    </div>
  );
}
