// SPDX-License-Identifier: Apache-2.0
/* What the calculator is asked. Every field stands in the address. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useText, zoneName } from "../i18n";
import type { MachineClass, NumberKey, RunsOn, Work } from "../state/estimating";
import { BOUNDS, CLASSES, hasCards } from "../state/estimating";
import { client, zones } from "../state/server";
import { useStore } from "../state/store";
import { useAsked } from "../state/told";
import { NumberField, OptionalNumberField } from "./NumberField";

interface Props {
  work: Work;
  onChange: (part: Partial<Work>) => void;
}

export function EstimateForm(props: Props) {
  return (
    <form class="estimate-form" onSubmit={(event) => event.preventDefault()}>
      <Hardware {...props} />
      <Cards {...props} />
      <Where {...props} />
    </form>
  );
}

function Hardware({ work, onChange }: Props) {
  const t = useText();
  const id = useId();
  const choose = (on: RunsOn) => onChange({ on, name: "" });
  return (
    <fieldset class="panel">
      <legend>{t.estimateWork}</legend>
      <div class="pair even">
        <TypedNumber of="hours" label={t.hours} {...{ work, onChange }} />
        <TypedNumber of="usage" label={t.usageOfCpus} hint={t.usageHint} {...{ work, onChange }} />
      </div>
      <div class="choices" role="radiogroup" aria-label={t.runsOn}>
        {(["machine", "cpu", "instance"] as const).map((on) => (
          <label key={on} class="tickbox">
            <input type="radio" name={`${id}on`} checked={work.on === on} onChange={() => choose(on)} />
            {t.runsOnWords[on]}
          </label>
        ))}
      </div>
      {work.on !== "machine" && (
        <NameField key={work.on} kind={work.on} label={t.nameOfHardware[work.on]} hint={t.nameHint[work.on]} value={work.name}
          onChange={(name) => onChange({ name })} />
      )}
      {work.on === "cpu" && (
        <>
          <div class="pair even">
            <TypedNumber of="sockets" label={t.sockets} {...{ work, onChange }} />
            <TypedNumber of="cores" label={t.cores} hint={t.asTables} {...{ work, onChange }} />
          </div>
          <TypedNumber of="memory_gib" label={t.memoryGib} hint={t.memoryHint} {...{ work, onChange }} />
        </>
      )}
      <div class="field">
        <label for={`${id}c`}>{t.machineClass}</label>
        <select id={`${id}c`} value={work.machine_class ?? ""}
          onChange={(event) => onChange({ machine_class: (event.currentTarget.value || null) as MachineClass | null })}>
          <option value="">{t.classUnsaid}</option>
          {CLASSES.map((one) => <option key={one} value={one}>{t.classWords[one]}</option>)}
        </select>
      </div>
    </fieldset>
  );
}

function Cards({ work, onChange }: Props) {
  const t = useText();
  return (
    <fieldset class="panel">
      <legend>{t.cards}</legend>
      <NameField kind="gpu" label={t.cardName} hint={t.cardHint} value={work.gpu} onChange={(gpu) => onChange({ gpu })} />
      <TypedNumber of="gpu_watts" label={t.cardWatts} hint={t.asTables} {...{ work, onChange }} />
      {hasCards(work) && (
        <div class="pair even">
          <TypedNumber of="gpus" label={t.cardCount} {...{ work, onChange }} />
          <TypedNumber of="gpu_usage" label={t.usageOfCards} hint={t.usageHint} {...{ work, onChange }} />
        </div>
      )}
    </fieldset>
  );
}

function Where({ work, onChange }: Props) {
  const t = useText();
  const known = useStore(zones).value ?? [];
  const own = work.intensity_g_per_kwh !== null;
  return (
    <fieldset class="panel">
      <legend>{t.where}</legend>
      {!own && (
        <NameField label={t.zone} hint={t.zoneOrRegion} value={work.zone} onChange={(zone) => onChange({ zone })}>
          {known.map((zone) => <option key={zone.id} value={zone.name}>{zoneName(zone)}</option>)}
        </NameField>
      )}
      <div class="pair even">
        <TypedNumber of="intensity_g_per_kwh" label={t.intensity} hint={t.instead} {...{ work, onChange }} />
        {!own && <TypedNumber of="year" label={t.gridYear} hint={t.latestYear} {...{ work, onChange }} />}
      </div>
      <div class="pair even">
        <TypedNumber of="pue" label={t.pue} hint={t.regionsPue} {...{ work, onChange }} />
        <TypedNumber of="lifetime_years" label={t.lifetime} hint={t.lifetimeHint} {...{ work, onChange }} />
      </div>
      <label class="tickbox">
        <input type="checkbox" checked={work.embodied} onChange={(event) => onChange({ embodied: event.currentTarget.checked })} />
        {t.embodied}
      </label>
    </fieldset>
  );
}

/* ---- fields ----------------------------------------------------------------------------------- */

/** Those that always have a value; the others may be left empty. */
const MUST = new Set<NumberKey>(["hours", "usage", "sockets", "gpus", "gpu_usage"]);

function TypedNumber({ of: key, work, onChange, ...words }: Props & { of: NumberKey; label: string; hint?: string }) {
  const t = useText();
  const { least, most } = BOUNDS[key];
  const whole = "whole" in BOUNDS[key];
  const common = { ...words, least, most, whole, error: t.numberFrom(least, most, whole) };
  const value = work[key];
  return value !== null && MUST.has(key)
    ? <NumberField {...common} value={value} onChange={(next) => onChange({ [key]: next })} />
    : <OptionalNumberField {...common} value={value} onChange={(next) => onChange({ [key]: next })} />;
}

/** A pause this long means that a name is typed for now. */
const TYPING_MS = 350;

/** A name, with those that the server knows to choose from; `children` are names known already. */
function NameField({ kind, label, hint, value, onChange, children }: {
  kind?: "cpu" | "instance" | "gpu"; label: string; hint: string; value: string; onChange: (words: string) => void;
  children?: ComponentChildren;
}) {
  const id = useId();
  const [words, setWords] = useState(value);
  const asked = useAsked(kind ? `${kind} ${words}` : null,
    (signal) => (kind ? client.hardware(kind, words, signal) : Promise.resolve([])), 150);
  const told = useRef(value); // comes back as `value` when more may be typed already
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setWords(value);
  }, [value]);
  useEffect(() => {
    if (words === told.current) return;
    const timer = setTimeout(() => {
      told.current = words;
      onChange(words);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" list={`${id}l`} autocomplete="off" spellcheck={false} maxLength={60} value={words}
        aria-describedby={`${id}h`} onInput={(event) => setWords(event.currentTarget.value)} />
      <datalist id={`${id}l`}>{children ?? (asked.value ?? []).map((name) => <option key={name} value={name} />)}</datalist>
      <p id={`${id}h`} class="hint">{hint}</p>
    </div>
  );
}
