// SPDX-License-Identifier: Apache-2.0
/* The charts of a report, in sections. A new chart is a line here (docs/contributing.md). */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import {
  CarbonChart, ColdWarmChart, EnergyChart, LatencyChart, ParetoChart, PredictionsView, RateChart, TotalsView,
} from "../charts";
import { useText } from "../i18n";
import type { Report } from "../report";

export interface Shown {
  report: Report;
  chosenModel: string | undefined;
  onChoose: (name: string) => void;
}

export function CarbonCharts(props: Shown) {
  return (
    <div class="cards">
      <div class="wide"><CarbonChart {...props} /></div>
      <ParetoChart {...props} />
      <LatencyChart {...props} />
    </div>
  );
}

export function OtherCharts({ photo, ...props }: Shown & { photo: string | null }) {
  const t = useText();
  return (
    <>
      <Section title={t.sectionSee}>
        <div class="wide"><PredictionsView {...props} photo={photo} /></div>
      </Section>
      <Section title={t.sectionEnergy}>
        <EnergyChart {...props} />
        <ColdWarmChart {...props} />
      </Section>
      <Section title={t.sectionVolume}>
        <div class="wide"><RateChart {...props} /></div>
        <div class="wide"><TotalsView {...props} /></div>
      </Section>
    </>
  );
}

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div class="cards">{children}</div>
    </section>
  );
}
