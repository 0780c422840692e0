// SPDX-License-Identifier: Apache-2.0
/* The hour that prices the report on show: one of the forecast of its place, or the whole year. */

import { useId } from "preact/hooks";
import type { ForecastHour, HourKind } from "../api/alternatives_types";
import { leastHour } from "../charts";
import { number } from "../format";
import { date, useText } from "../i18n";
import { forecast } from "../state/alternatives";
import { hourTime, hourWord, sameHour } from "../state/hours";
import type { Pricing } from "../state/pricing";
import { machine } from "../state/server";
import { useStore } from "../state/store";
import { asSentence } from "./Note";

export function Hour({ pricing, onChange }: { pricing: Pricing; onChange: (hour: string | null) => void }) {
  const t = useText();
  const provider = useStore(machine).value?.forecast;
  const kind = useStore(forecast);
  if (provider === undefined) return null; // the server has not said yet
  if (provider === null) return <NoHour>{t.hourNoProvider}</NoHour>;
  if (pricing.intensity !== null) return <NoHour>{t.hourOwnFigure}</NoHour>;
  if (kind && kind.hours.length === 0 && pricing.hour === null) return <NoHour>{`${t.hourNone} ${kind.why ? asSentence(kind.why) : ""}`}</NoHour>;
  return <Choice hours={kind?.hours ?? []} source={kind?.source ?? provider} chosen={pricing.hour} onChange={onChange} waiting={kind === null} />;
}

function NoHour({ children }: { children: string }) {
  const t = useText();
  return <div class="field"><span>{t.hour}</span><p class="hint">{children}</p></div>;
}

function Choice({ hours, source, chosen, onChange, waiting }: {
  hours: readonly ForecastHour[]; source: HourKind["source"]; chosen: string | null; onChange: (hour: string | null) => void;
  /** The forecast is on its way. */
  waiting: boolean;
}) {
  const t = useText();
  const id = useId();
  const least = leastHour(hours);
  const known = chosen === null || waiting || hours.some((hour) => sameHour(hour, chosen));
  const words = (hour: ForecastHour) => t.hourOption(date(hour.at_unix_s), number(hour.intensity_g_per_kwh), hour === least);
  const value = hours.find((hour) => chosen !== null && sameHour(hour, chosen));
  return (
    <div class="field">
      <label for={id}>{t.hour}</label>
      <select id={id} disabled={waiting && chosen === null} value={value ? hourWord(value.at_unix_s) : (chosen ?? "")} aria-describedby={`${id}h`}
        onChange={(e) => onChange(e.currentTarget.value || null)}>
        <option value="">{t.hourYear}</option>
        {chosen !== null && !value && <option value={chosen}>{known ? date(hourTime(chosen) ?? 0) : t.hourGone(chosen)}</option>}
        {hours.map((hour) => <option key={hour.at_unix_s} value={hourWord(hour.at_unix_s)}>{words(hour)}</option>)}
      </select>
      <p id={`${id}h`} class="hint">{t.hourSource(source ?? "")}</p>
    </div>
  );
}
