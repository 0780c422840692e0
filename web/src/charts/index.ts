// SPDX-License-Identifier: Apache-2.0
export { CarbonChart, carbonSummary } from "./carbon";
export { Figure, type FigureProps } from "./figure";
export { ChartLanguage } from "./language";
export type { ChartProps } from "./chart_props";
export { ParetoChart } from "./pareto";
export { paretoSummary } from "./pareto_words";
