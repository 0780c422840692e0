// SPDX-License-Identifier: Apache-2.0
/* A report in a file of its own: the results, without what needs a server. */

import { Languages } from "./app";
import { date } from "./i18n";
import { Mark, Preferences } from "./parts/Header";
import { Results } from "./parts/Results";
import type { Places, Report } from "./report";

/** What was written into the file; null in the page of a server. */
export function embedded<T>(id: string): T | null {
  const words = document.getElementById(id)?.textContent;
  return words ? (JSON.parse(words) as T | null) : null;
}

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
