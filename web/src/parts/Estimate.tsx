// SPDX-License-Identifier: Apache-2.0
/* The calculator: joules and grams of hardware that runs for some hours, without running anything. */

import { useEffect } from "preact/hooks";
import { MethodsChart, Table } from "../charts";
import { number, quantity, unitFor } from "../format";
import { LANGUAGES, language, useText, zoneName } from "../i18n";
import type { Interval } from "../report";
import { go, route } from "../state/address";
import type { Work } from "../state/estimating";
import { workQuery } from "../state/estimating";
import { client, machine, zones } from "../state/server";
import { useStore } from "../state/store";
import { useAsked } from "../state/told";
import type { Estimate as Answer } from "../told_types";
import { CopyButton } from "./Copy";
import { EstimateForm } from "./EstimateForm";
import { Tile } from "./Headline";
import { ProblemNote } from "./Note";

/** A name is told a moment after it was typed: what another field said meanwhile holds. */
function change(part: Partial<Work>): void {
  const now = route.get();
  if (now.scene === "estimate") go({ scene: "estimate", work: { ...now.work, ...part } }, "replace");
}

const SETTLE_MS = 200;
const J_PER_KWH = 3.6e6;

export function Estimate({ work }: { work: Work }) {
  const t = useText();
  const query = workQuery(work);
  const { value, problem, pending } = useAsked(query, (signal) => client.estimate(query ?? "", signal), SETTLE_MS);
  useEffect(() => {
    document.title = `${t.estimate} – MIEV`;
  }, [t]);
  return (
    <main class="bench">
      <aside aria-label={t.estimateInputs}>
        <EstimateForm work={work} onChange={change} />
      </aside>
      <section id="results" class="estimate" aria-label={t.results} tabIndex={-1} aria-busy={pending}>
        <h1 tabIndex={-1}>{t.estimate}</h1>
        <p class="hint">{t.estimateHint}</p>
        {query === null
          ? <p class="panel empty">{t.nameFirst}</p>
          : problem
            ? <ProblemNote problem={problem} />
            : value ? <Told answer={value} pending={pending} /> : <p class="panel empty">{t.loading}</p>}
      </section>
    </main>
  );
}

const hardwareName = ({ hardware }: Answer, unnamed: string): string =>
  (hardware.virtual_machine && hardware.instance) || hardware.cpu || unnamed;

function Told({ answer, pending }: { answer: Answer; pending: boolean }) {
  const say = LANGUAGES[useStore(language)].charts;
  const version = useStore(machine).value?.miev_version ?? "";
  const { site, others, energy_j, operational_g } = answer;
  const own = {
    version, joules: energy_j.value, grams: operational_g, pue: site.pue, intensity_g_per_kwh: site.intensity_g_per_kwh,
    zone: site.zone, year: site.year, method: say.methodOf("estimated"),
  };
  return (
    <div class={pending ? "estimate-told pending" : "estimate-told"}>
      <Figures answer={answer} />
      <From answer={answer} />
      {others && <MethodsChart told={{ own, others }} title={say.methodsOfWork} of={say.ofWork} />}
    </div>
  );
}

function usePlaceName(zone: string): string {
  const t = useText();
  const known = useStore(zones).value?.find(({ name }) => name === zone);
  return zone === "custom" ? t.customZone : known ? zoneName(known) : zone;
}

function Figures({ answer }: { answer: Answer }) {
  const t = useText();
  const { energy_j: energy, operational_g, embodied_g, total_g, hours } = answer;
  const kwh = (joules: number) => number(joules / J_PER_KWH);
  const place = usePlaceName(answer.site.zone);
  return (
    <div class="headline">
      <p class="badge estimated">{t.estimated}</p>
      <h2 id="results-title" tabIndex={-1} aria-live="polite">
        {t.estimateSays(hours, hardwareName(answer, t.unnamedCpu), `${kwh(energy.value)}\u00a0kWh`, quantity("mass", total_g.value), place)}
      </h2>
      <dl class="tiles">
        <Tile title={t.energyUsed} value={kwh(energy.value)} unit="kWh" sub={t.interval(kwh(energy.low), kwh(energy.high))}
          name={quantity("energy", energy.value)} />
        <MassTile title={t.ofRunning} grams={operational_g} />
        {embodied_g ? <MassTile title={t.ofMaking} grams={embodied_g} /> : <Tile title={t.ofMaking} value={t.none} unit="" sub={answer.hardware.class === "unknown" ? t.makingUnknown : t.makingLeftOut} />}
        <MassTile title={t.ofBoth} grams={total_g} />
      </dl>
      <div class="row"><CopyButton words={() => location.href} label={t.copyLink} failed={t.copyFailed} /></div>
    </div>
  );
}

function MassTile({ title, grams }: { title: string; grams: Interval }) {
  const t = useText();
  const unit = unitFor("mass", [grams.value]);
  const words = (value: number) => number(value / unit.size);
  return <Tile title={title} value={words(grams.value)} unit={`${unit.name} CO₂e`} sub={t.interval(words(grams.low), words(grams.high))} />;
}

function From({ answer }: { answer: Answer }) {
  const t = useText();
  const say = LANGUAGES[useStore(language)].charts;
  const { hardware, site, parts, embodied_parts, usage, energy_j } = answer;
  const unit = unitFor("energy", [...parts.map(({ joules }) => joules), energy_j.value]);
  const words = (joules: number) => number(joules / unit.size);
  const place = usePlaceName(site.zone);
  return (
    <section class="panel measuring" aria-labelledby="from-title">
      <h2 id="from-title">{t.reckonedFrom}</h2>
      <p>{t.hardwareWords(hardwareName(answer, t.unnamedCpu), hardware.logical_cpus, number(hardware.memory_gib), number(100 * usage), hardware.gpus)}</p>
      <Table whole label={t.parts}
        headings={[{ title: t.hardwarePart }, { title: say.columnEnergyIn(unit.name), kind: "number" }, { title: t.bounds, kind: "number" }, { title: t.source }]}
        rows={parts.map(({ part, joules, low, high, source }) => ({
          key: part, cells: [say.part(part), words(joules), t.interval(words(low), words(high)), source],
        }))} />
      <ul>
        <li>{t.placeWords(place, number(site.intensity_g_per_kwh), site.year, number(site.pue))}. {site.source}</li>
        {embodied_parts.map(({ part, name, count, total_g: { value, low, high }, source }) => (
          <li key={part}>
            {t.makingOf(name in t.classWords ? t.classWords[name as keyof typeof t.classWords] : name, count, quantity("mass", value), quantity("mass", low), quantity("mass", high))}{" "}{source}
          </li>
        ))}
        <li>{t.boundsAdded}</li>
      </ul>
      <p class="hint">{t.notCovered}</p>
    </section>
  );
}
