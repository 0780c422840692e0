// SPDX-License-Identifier: Apache-2.0
/* All charts of a report. A new one is a line here (docs/contributing.md). */

import { CarbonChart, ParetoChart } from "../charts";
import type { Report } from "../report";

export interface Shown {
  report: Report;
  chosenModel: string | undefined;
  onChoose: (name: string) => void;
}

export function Charts(props: Shown) {
  return (
    <div class="cards">
      <div class="wide"><CarbonChart {...props} /></div>
      <ParetoChart {...props} />
    </div>
  );
}
