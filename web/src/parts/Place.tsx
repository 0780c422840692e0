// SPDX-License-Identifier: Apache-2.0
/* Where it runs and how often. The same controls set up the next study and price the shown one. */

import { useText } from "../i18n";
import type { Per, Pricing } from "../state/pricing";
import { LEAST_LIFETIME, MOST_INTENSITY, MOST_LIFETIME, MOST_PUE, atPlace, fromDay, perDay } from "../state/pricing";
import { loadZones, machine, zones } from "../state/server";
import { BUDGETS_S, settings } from "../state/settings";
import { shownClass } from "../state/shown";
import { useStore } from "../state/store";
import { ProblemNote } from "./Note";
import { Hour } from "./Hour";
import { NumberField, OptionalNumberField } from "./NumberField";
import { ZonePicker } from "./ZonePicker";

const MOST_RATE = 1e9;

export function Place({ pricing, onChange, hint }: {
  pricing: Pricing; onChange: (pricing: Pricing) => void; hint: string | null;
}) {
  const t = useText();
  const { value, problem } = useStore(zones);
  const lifetimeHint = useLifetimeHint();
  const change = (part: Partial<Pricing>) => onChange({ ...pricing, ...part });
  const world = value?.find((zone) => zone.id === pricing.zone)?.intensity_g_per_kwh ?? 0;
  return (
    <fieldset class="panel place" id="place">
      <legend>{t.place}</legend>
      {hint && <p class="hint">{hint}</p>}
      <ProblemNote problem={problem} onRetry={loadZones} />
      <div class="field">
        <span class="label" aria-hidden="true">{t.zone}</span>
        <ZonePicker zones={value ?? []} chosen={pricing.zone} onChoose={(zone) => onChange(atPlace(pricing, zone))} />
      </div>
      <label class="tickbox">
        <input type="checkbox" checked={pricing.intensity !== null}
          onChange={(e) => change({ intensity: e.currentTarget.checked ? world : null, hour: null })} />
        {t.ownFigure}
      </label>
      {pricing.intensity !== null && (
        <NumberField label={t.intensity} value={pricing.intensity} least={0} most={MOST_INTENSITY}
          error={t.intensityError(MOST_INTENSITY)} onChange={(intensity) => change({ intensity })} />
      )}
      {(hint !== null || pricing.hour !== null) && <Hour pricing={pricing} onChange={(hour) => change({ hour })} />}
      <Volume pricing={pricing} onChange={change} />
      <NumberField label={t.pue} value={pricing.pue} least={1} most={MOST_PUE} hint={t.pueHint}
        error={t.pueError(MOST_PUE)} onChange={(pue) => change({ pue })} />
      <label class="tickbox">
        <input type="checkbox" checked={pricing.embodied} onChange={(e) => change({ embodied: e.currentTarget.checked })} />
        {t.embodied}
      </label>
      {pricing.embodied && (
        <OptionalNumberField label={t.lifetime} value={pricing.lifetime_years} least={LEAST_LIFETIME} most={MOST_LIFETIME}
          hint={lifetimeHint} error={t.lifetimeError(LEAST_LIFETIME, MOST_LIFETIME)}
          onChange={(lifetime_years) => change({ lifetime_years })} />
      )}
    </fieldset>
  );
}

/** What an empty lifetime means, of the machine that measures here or measured what is shown. */
function useLifetimeHint(): string {
  const t = useText();
  const { value } = useStore(machine);
  const machineClass = useStore(shownClass);
  const usual = machineClass ? value?.lifetime_years[machineClass] : undefined;
  return usual && machineClass ? t.lifetimeUsual(usual.low, usual.high, t.machineClasses[machineClass] ?? machineClass) : t.lifetimeHint;
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
