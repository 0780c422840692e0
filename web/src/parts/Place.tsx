// SPDX-License-Identifier: Apache-2.0
/* Where it runs and how often. The same controls set up the next study and price the shown one. */

import { useText } from "../i18n";
import type { Per, Pricing } from "../state/pricing";
import { MOST_INTENSITY, MOST_PUE, fromDay, perDay } from "../state/pricing";
import { loadZones, zones } from "../state/server";
import { BUDGETS_S, settings } from "../state/settings";
import { useStore } from "../state/store";
import { ProblemNote } from "./Note";
import { NumberField } from "./NumberField";
import { ZonePicker } from "./ZonePicker";

const MOST_RATE = 1e9;

export function Place({ pricing, onChange, hint }: {
  pricing: Pricing; onChange: (pricing: Pricing) => void; hint: string | null;
}) {
  const t = useText();
  const { value, problem } = useStore(zones);
  const change = (part: Partial<Pricing>) => onChange({ ...pricing, ...part });
  const world = value?.find((zone) => zone.id === pricing.zone)?.intensity_g_per_kwh ?? 0;
  return (
    <fieldset class="panel place" id="place">
      <legend>{t.place}</legend>
      {hint && <p class="hint">{hint}</p>}
      <ProblemNote problem={problem} onRetry={loadZones} />
      <div class="field">
        <span class="label" aria-hidden="true">{t.zone}</span>
        <ZonePicker zones={value ?? []} chosen={pricing.zone} onChoose={(zone) => change({ zone, intensity: null })} />
      </div>
      <label class="tickbox">
        <input type="checkbox" checked={pricing.intensity !== null}
          onChange={(e) => change({ intensity: e.currentTarget.checked ? world : null })} />
        {t.ownFigure}
      </label>
      {pricing.intensity !== null && (
        <NumberField label={t.intensity} value={pricing.intensity} least={0} most={MOST_INTENSITY}
          error={t.intensityError(MOST_INTENSITY)} onChange={(intensity) => change({ intensity })} />
      )}
      <Volume pricing={pricing} onChange={change} />
      <NumberField label={t.pue} value={pricing.pue} least={1} most={MOST_PUE} hint={t.pueHint}
        error={t.pueError(MOST_PUE)} onChange={(pue) => change({ pue })} />
      <label class="tickbox">
        <input type="checkbox" checked={pricing.embodied} onChange={(e) => change({ embodied: e.currentTarget.checked })} />
        {t.embodied}
      </label>
    </fieldset>
  );
}

function Volume({ pricing, onChange }: { pricing: Pricing; onChange: (part: Partial<Pricing>) => void }) {
  const t = useText();
  const { per, ...others } = useStore(settings);
  const words: Record<Per, string> = { second: t.perSecond, minute: t.perMinute, day: t.perDay };
  const choose = (next: Per) => {
    onChange({ requests_per_day: perDay(fromDay(pricing.requests_per_day, per), next) });
    settings.set((before) => ({ ...others, pricing: before.pricing, per: next }));
  };
  return (
    <div class="pair">
      <NumberField label={t.rate} value={fromDay(pricing.requests_per_day, per)} least={0} most={MOST_RATE} hint={t.rateHint}
        error={t.rateError} onChange={(value) => onChange({ requests_per_day: perDay(value, per) })} />
      <select aria-label={t.per} value={per} onChange={(e) => choose(e.currentTarget.value as Per)}>
        {Object.entries(words).map(([key, label]) => <option key={key} value={key}>{label}</option>)}
      </select>
    </div>
  );
}

export function Budget() {
  const t = useText();
  const current = useStore(settings);
  const choices = [...new Set([...BUDGETS_S, current.budget_s])].sort((a, b) => a - b);
  return (
    <label class="budget" title={t.budgetHint}>
      <span class="hint">{t.budget}</span>
      <select value={String(current.budget_s)}
        onChange={(e) => settings.set({ ...current, budget_s: Number(e.currentTarget.value) })}>
        {choices.map((seconds) => <option key={seconds} value={String(seconds)}>{t.budgetOption(seconds)}</option>)}
      </select>
    </label>
  );
}
