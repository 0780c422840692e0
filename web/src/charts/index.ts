// SPDX-License-Identifier: Apache-2.0
/* The charts of a report. Each takes the report and draws itself at the width of its container:
 *
 *     import "./charts/charts.css";
 *     <ChartLanguage.Provider value={chartsKo}>
 *       <CarbonChart report={report} chosenModel={name} onChoose={setName} />
 *       <WorldMap report={report} places={places} world={world} onPlace={setZone} />
 *     </ChartLanguage.Provider>
 *
 * Themes: the colours follow `color-scheme`, so a switch sets that on the root and nothing else.
 * A language is an object of ChartMessages (src/messages/). `world` is what map/make.mjs wrote. */
export { CarbonChart, carbonSummary } from "./carbon";
export { ColdWarmChart } from "./cold";
export { EnergyChart } from "./energy";
export { HoursChart, leastHour } from "./hours";
export { save } from "./export";
export { Choice, Figure, type FigureProps } from "./figure";
export { ChartLanguage } from "./language";
export { LatencyChart } from "./latency";
export { WorldMap, type WorldMapProps, type WorldTopology } from "./map";
export { MeasurementsChart, type MeasuredOnce } from "./measurements";
export { MethodsChart } from "./methods";
export type { OwnFigure, Told } from "./methods_data";
export { ParetoChart } from "./pareto";
export { paretoSummary } from "./pareto_words";
export { PredictionsView, type PredictionsProps } from "./predictions";
export { RateChart } from "./rate";
export { RatioTable } from "./ratios";
export { RegionsTable } from "./regions";
export { SweepChart } from "./sweep";
export { Table } from "./table";
export { TotalsView } from "./totals";
export { TypicalDayChart } from "./typical_day";
export type { ChartProps } from "./chart_props";
