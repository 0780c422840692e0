// SPDX-License-Identifier: Apache-2.0
/* A report in a file of its own: the results, without what needs a server. */

import { Languages } from "./app";
import type { Zone } from "./api/types";
import { date } from "./i18n";
import { Mark, Preferences } from "./parts/Header";
import { Results } from "./parts/Results";
import type { PlaceZone, Places, Report } from "./report";

/** What was written into the file; null in the page of a server. */
export function embedded<T>(id: string): T | null {
  const words = document.getElementById(id)?.textContent;
  return words ? (JSON.parse(words) as T | null) : null;
}

/** Names of places in the reader's language come from their codes, which the places have. */
export const asZone = ({ per_inference_g: _, year, iso3, ...place }: PlaceZone): Zone =>
  ({ ...place, iso3, year: year ?? 0, aggregate: !iso3 });

export function Standalone({ report, places }: { report: Report; places: Places | null }) {
  document.title = `MIEV – ${report.input.name}`;
  return (
    <Languages>
      <header class="top">
        <span class="brand"><Mark /><b>MIEV</b></span>
        <p class="machine">{report.input.name} · {date(report.created_unix_s)} · {report.machine.cpu}</p>
        <Preferences />
      </header>
      <main class="one" id="results"><Results report={report} places={places} photo={null} /></main>
    </Languages>
  );
}
