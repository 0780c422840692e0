// SPDX-License-Identifier: Apache-2.0
export { CarbonChart, carbonSummary } from "./carbon";
export { ColdWarmChart } from "./cold";
export { EnergyChart } from "./energy";
export { Figure, type FigureProps } from "./figure";
export { ChartLanguage } from "./language";
export { LatencyChart } from "./latency";
export { WorldMap, type WorldMapProps, type WorldTopology } from "./map";
export { ParetoChart } from "./pareto";
export { paretoSummary } from "./pareto_words";
export { PredictionsView, type PredictionsProps } from "./predictions";
export { RateChart } from "./rate";
export { RatioTable } from "./ratios";
export { RegionsTable } from "./regions";
export { TotalsView } from "./totals";
export type { ChartProps } from "./chart_props";
