// SPDX-License-Identifier: Apache-2.0
/* A report: the answer, the charts, what would emit less, and how it was measured. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { quantity } from "../format";
import { useText } from "../i18n";
import type { Places, Report } from "../report";
import { carbonGroups, hasEnergy, isMeasured, isProvisional, measuredModels } from "../report";
import { disturbed } from "../state/answer";
import { SweepChart } from "../charts";
import type { Asked } from "../state/alternatives";
import type { Wish } from "../state/wish";
import { NO_WISH } from "../state/wish";
import { Alternatives } from "./Alternatives";
import type { Shown } from "./Charts";
import { CarbonCharts, OtherCharts } from "./Charts";
import { Headline } from "./Headline";

interface Props {
  report: Report;
  places: Places | null;
  photo: string | null;
  /** Absent where no server can price it anew. */
  onPlace?: ((zone: string) => void) | undefined;
  /** The study, where a server can tell what would emit less. */
  asked?: Asked | undefined;
  /** Kept by the address, where there is one. */
  wish?: Wish | undefined;
  onWish?: ((wish: Wish) => void) | undefined;
  /** What only a server can tell, before how it was measured. */
  more?: ((shown: Shown) => ComponentChildren) | undefined;
}

export function Results({ report, places, photo, onPlace, asked, more, ...kept }: Props) {
  const [own, setOwn] = useState(NO_WISH);
  const wish = kept.wish ?? own;
  const onWish = kept.onWish ?? setOwn;
  const shown = { report, chosenModel: wish.model ?? undefined, onChoose: (model: string) => onWish({ ...wish, model }) };
  return (
    <>
      <Headline report={report} />
      <Failed report={report} />
      {report.sweep && <div class="cards"><div class="wide"><SweepChart {...shown} /></div></div>}
      <CarbonCharts {...shown} />
      {!isProvisional(report) && <Alternatives {...{ ...shown, places, onPlace, asked, wish, onWish }} />}
      <OtherCharts {...shown} photo={photo} />
      {more?.(shown)}
      <Measuring report={report} />
    </>
  );
}

function Failed({ report }: { report: Report }) {
  const t = useText();
  const failed = [
    ...report.models.flatMap((model) => (isMeasured(model) ? [] : [{ name: model.name, why: model.error.message }])),
    ...measuredModels(report).flatMap(({ name, energy }) => (hasEnergy(energy) ? [] : [{ name, why: energy.reason }])),
  ];
  if (failed.length === 0 || isProvisional(report)) return null;
  return (
    <section class="note bad" aria-labelledby="failed-title">
      <h3 id="failed-title">{t.failedModels}</h3>
      <ul>{failed.map(({ name, why }) => <li key={name}><b>{name}</b>: {why}</li>)}</ul>
    </section>
  );
}

function Measuring({ report }: { report: Report }) {
  const t = useText();
  const { machine, stop, site, meter } = report;
  const method = carbonGroups(report)[0]?.method;
  const few = measuredModels(report).some(({ energy }) => hasEnergy(energy) && !energy.gross.enough_rounds);
  const guesses = measuredModels(report).flatMap((m) => m.guesses.map((guess) => `${m.name}: ${guess}`));
  return (
    <section class="panel measuring" aria-labelledby="measuring-title">
      <h2 id="measuring-title">{t.aboutMeasuring}</h2>
      <p>
        {t.on(machine.cpu, machine.logical_cpus, machine.virtual_machine ? machine.hypervisor : null)}.{" "}
        {t.stopped(t.stopWords[stop.reason], stop.blocks, quantity("time", stop.elapsed_s))}{" "}
        {method && t.energyIs[method]} {few && t.fewRounds} {typeof stop.needed_budget_s === "number" && t.needsTime(quantity("time", stop.needed_budget_s))} {disturbed(report) && t.disturbed}{" "}
        {site.default && t.defaultPlace}
      </p>
      <ul>
        {meter.channels.filter((channel) => channel.counted).map((channel) => (
          <li key={`${channel.sensor}/${channel.id}`}>{channel.id}: {t[channel.method]}. {channel.source}</li>
        ))}
        {guesses.map((guess) => <li key={guess}>{guess}</li>)}
        <li>{site.source}{site.embodied && `; ${site.embodied.source}`}</li>
        {site.embodied?.cards?.map(({ name, source }, i) => <li key={i}>{name}: {source}</li>)}
      </ul>
      <p class="hint">{report.meter.remote ? t.elsewhere(report.meter.remote.address) : t.notCovered}</p>
    </section>
  );
}
