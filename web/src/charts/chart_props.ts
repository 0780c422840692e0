// SPDX-License-Identifier: Apache-2.0
import type { Places, Report } from "../report";

/** What every chart takes. */
export interface ChartProps {
  report: Report;
  places?: Places | undefined;
  /** The model that others are held against, and that the map shows. */
  chosenModel?: string | undefined;
  onChoose?: ((model: string) => void) | undefined;
  /** Width in px; without it the chart follows its container. */
  width?: number | undefined;
}
