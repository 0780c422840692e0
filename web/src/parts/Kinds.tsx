// SPDX-License-Identifier: Apache-2.0
/* What would emit less, kind by kind, as the server found it: settings, models, hour, place, hardware. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { AlternativeItem, AlternativeKind, AlternativesDocument, HourKind, TypicalDay } from "../api/alternatives_types";
import { HoursChart, Table, TypicalDayChart } from "../charts";
import { count, PER_MILLION, quantity } from "../format";
import { date, language, useText, zoneName } from "../i18n";
import type { Messages } from "../messages/en";
import type { Report } from "../report";
import type { Asked } from "../state/alternatives";
import { hourTime } from "../state/hours";
import {
  MOST_SHOWN, accuracyWords, basisWords, gridWords, isRegion, latencyWords, projectedShare, reasonWords, savedWords, shareInterval,
  shareWords, shownItems, sweepCommand, toldWords, verdictWords, waitWords, yearWords,
} from "../state/less";
import { useStore } from "../state/store";
import { clockHere, hourClock, leastOfDay } from "../state/typical_day";
import { CopyButton } from "./Copy";
import { asSentence } from "./Note";
import { PastFile } from "./PastFile";
import { StartSweep } from "./StartSweep";

interface Props {
  found: AlternativesDocument;
  report: Report;
  asked: Asked | undefined;
}

export function Kinds({ found, report, asked }: Props) {
  const t = useText();
  const hour = asked?.pricing?.hour ?? null;
  const titles = { settings: t.kindSettings, models: t.kindModels, hour: t.kindHour, place: t.kindPlace, hardware: t.kindHardware };
  return (
    <div class="kinds">
      <Now found={found} />
      {hour !== null && <p class="hint">{t.hourHeld}</p>}
      {found.kinds.map((kind) => (
        <Section key={kind.kind} title={titles[kind.kind]}>
          {kind.items.length > 0 ? <Items kind={kind} title={titles[kind.kind]} /> : <None kind={kind} report={report} model={found.model} asked={asked} />}
          {kind.kind === "hour" && <Hours kind={kind} report={report} hour={hour} />}
          {kind.kind === "hour" && kind.hours.length === 0 && <PastFile />}
        </Section>
      ))}
    </div>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return <section class="panel kind" aria-labelledby={id}><h3 id={id}>{title}</h3>{children}</section>;
}

/** What is to be undercut: of a request where there is a rate, else of a million inferences. */
function Now({ found: { cost_g, year_g, requests_per_day } }: { found: AlternativesDocument }) {
  const t = useText();
  const words = (grams: { value: number; low: number; high: number }, times: number) =>
    `${quantity("mass", grams.value * times)} (${t.interval(quantity("mass", grams.low * times), quantity("mass", grams.high * times))})`;
  const rated = year_g !== null && requests_per_day !== null;
  return (
    <p>
      {t.kindOf(rated ? t.kindRequest : t.kindInference, words(cost_g, rated ? 1 : PER_MILLION))}
      {rated && t.kindYear(words(year_g, 1), count(requests_per_day))}. {!rated && t.kindNoRate}
    </p>
  );
}

function None({ kind, report, model, asked }: {
  kind: AlternativeKind; report: Report; model: string; asked: Asked | undefined;
}) {
  const t = useText();
  const command = sweepCommand(model, report.input.name);
  return (
    <>
      <p>{reasonWords(kind, t)} {kind.reason === "no-forecast" && asSentence(kind.why ?? "")}</p>
      {kind.reason === "no-sweep" && (
        <>
          <div class="row command"><code>{command}</code><CopyButton words={() => command} label={t.copy} failed={t.copyBlocked} /></div>
          <StartSweep report={report} model={model} asked={asked} />
        </>
      )}
    </>
  );
}

function Hours({ kind, report, hour }: { kind: HourKind; report: Report; hour: string | null }) {
  useStore(language);
  if (kind.typical_day) return <TypicalDayChart kind={kind} />;
  return <HoursChart kind={kind} zone={report.site.zone} chosen={hour === null ? null : hourTime(hour)} when={(at) => date(at)} />;
}

/* ---- one kind's table ---------------------------------------------------------------------------- */

interface Column {
  title: string;
  number?: boolean;
  cell: (item: AlternativeItem) => ComponentChildren;
}

const small = ([words, more]: [string, string | null]) => <>{words}{more !== null && <small>{more}</small>}</>;

function columnsOf(kind: AlternativeKind, t: Messages): Column[] {
  const share: Column = { title: t.altCarbon, number: true, cell: (item) => <b>{shareWords(item)}</b> };
  const saved: Column[] = kind.items.some((item) => item.saved_year_g)
    ? [{ title: t.columnSaved, cell: (item) => savedWords(item, t) ?? "–" }]
    : [];
  const grid: Column = { title: t.columnGrid, number: true, cell: gridWords };
  switch (kind.kind) {
    case "hour":
      if (kind.typical_day)
        return [{ ...share, cell: (item) => <><b>{shareWords(item)}</b><small>{shareInterval(item, t)}</small></> }, ...saved, grid];
      return [share, ...saved, grid, { title: t.columnWait, cell: (item) => waitWords(item, Date.now() / 1000, t) }];
    case "place":
      return [share, ...saved, grid, { title: t.columnGridYear, cell: (item) => yearWords(item, t) },
        { title: t.columnPueOf, number: true, cell: ({ pue }) => (pue === undefined ? "–" : String(pue)) }];
    case "hardware":
      return [{ ...share, cell: (item) => <><b>{shareWords(item)}</b><small>{projectedShare(item, t)}</small></> }, ...saved,
        { title: t.columnAnswer, number: true, cell: ({ answer_s }) => (answer_s === null || answer_s === undefined ? "–" : quantity("time", answer_s)) },
        { title: t.altVerdict, cell: (item) => toldWords(item, t) },
        { title: t.columnFrom, cell: ({ source, assumed }) => <small>{source}; {assumed}</small> }];
    default:
      return [share, ...saved, { title: t.columnLatency, cell: (item) => small(latencyWords(item, t)) },
        { title: t.altAccuracy, number: true, cell: (item) => accuracyWords(item, t) },
        { title: t.altVerdict, cell: (item) => verdictWords(item, t) }];
  }
}

const countryName = (iso2: string, lang: string): string => new Intl.DisplayNames([lang], { type: "region" }).of(iso2) ?? iso2;

function LeastOfDay({ day }: { day: TypicalDay }) {
  const t = useText();
  const least = leastOfDay(day);
  if (!least) return null;
  return (
    <>
      {t.dayHour(hourClock(least.hour_utc), hourClock(least.hour_utc + 1))}
      <small>{t.dayHere(clockHere(least.hour_utc, new Date()))}</small>
    </>
  );
}

function What({ kind, item }: { kind: AlternativeKind; item: AlternativeItem }) {
  const t = useText();
  const lang = useStore(language);
  if (kind.kind === "hour" && kind.typical_day) return <LeastOfDay day={kind.typical_day} />;
  if (kind.kind === "hour") return <>{item.at_unix_s === undefined ? item.what : date(item.at_unix_s, lang)}</>;
  if (kind.kind !== "place") return <>{item.what}</>;
  const iso2 = item.iso2 ?? null;
  if (!isRegion(item)) return <>{zoneName({ name: item.what, iso2 }, lang)}</>;
  return <>{item.what}{iso2 && <small>{t.regionIn(countryName(iso2, lang))}</small>}</>;
}

function Items({ kind, title }: { kind: AlternativeKind; title: string }) {
  const t = useText();
  const columns = columnsOf(kind, t);
  const more = kind.items.length - MOST_SHOWN;
  return (
    <>
      <Table label={t.kindTable(title)} whole
        headings={[{ title: t.columnWhat[kind.kind] }, ...columns.map(({ title, number }) => ({ title, kind: number ? "number" as const : undefined }))]}
        rows={shownItems(kind).map((item) => ({
          key: item.what,
          cells: [<What kind={kind} item={item} />, ...columns.map(({ cell }) => cell(item))],
        }))} />
      <p class="hint">{basisWords(kind, t)} {more > 0 && (kind.kind === "place" ? t.placesMore(more) : t.itemsMore(more))}</p>
    </>
  );
}
