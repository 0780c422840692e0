// SPDX-License-Identifier: Apache-2.0
/* What other tools would have said beside MIEV's own figure: rows, the sentence, the table. Pure. */
import { inUnit, number, quantity, unitFor, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import type { Interval } from "../report";
import type { OtherTool, ToolAnswer } from "../told_types";
import type { TableData } from "./table";

/** MIEV's own figure of the same work, without manufacturing. */
export interface OwnFigure {
  version: string;
  joules: number;
  grams: Interval | null;
  pue: number;
  intensity_g_per_kwh: number;
  zone: string;
  year: number | null;
  /** How its joules are known, in words. */
  method: string;
}

export interface Told {
  own: OwnFigure;
  others: OtherTool[];
}

export const hasAnswer = (tool: OtherTool): tool is ToolAnswer => tool.why === null;

export const toolName = ({ name, version }: { name: string; version: string }): string => `${name} ${version}`;

/** One prefix for MIEV's value and all answers. */
export const gramsUnit = ({ own, others }: Told): Unit =>
  unitFor("mass", [own.grams?.value ?? null, ...others.filter(hasAnswer).map(({ co2e_g }) => co2e_g)]);

export const joulesUnit = ({ own, others }: Told): Unit =>
  unitFor("energy", [own.joules, ...others.filter(hasAnswer).map(({ joules }) => joules)]);

/** The ends of an axis that shows every value above nothing; null where there is none. */
export function axisEnds({ own, others }: Told, unit: Unit): [number, number] | null {
  const all = [own.grams?.value, own.grams?.low, own.grams?.high, ...others.filter(hasAnswer).map(({ co2e_g }) => co2e_g)];
  const values = all.filter((value): value is number => value !== undefined && value > 0).map((value) => value / unit.size);
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}

export function methodsSummary({ others }: Told, say: ChartMessages): string {
  const answers = others.filter(hasAnswer);
  const ratios = answers.flatMap(({ of_miev_ratio: ratio }) => (ratio === null ? [] : [ratio]));
  if (ratios.length === 0) return say.methodsNone(others.length);
  const inside = answers.filter(({ within_miev }) => within_miev === true).length;
  return say.methodsSummary(answers.length, others.length, number(Math.min(...ratios)), number(Math.max(...ratios)), inside);
}

/** "416 g/kWh, KR 2023" */
const gridWords = (intensity: number, place: string, year: number | null): string =>
  `${number(intensity)}\u00a0g/kWh, ${place}${year === null ? "" : ` ${year}`}`;

/** Why the figure is what it is: "1.20 mJ × PUE 1.58 × 416 g/kWh, KR 2023". */
export const productWords = ({ joules, pue, intensity_g_per_kwh: intensity, place, year }: ToolAnswer): string =>
  [...(joules === null ? [] : [quantity("energy", joules)]), `PUE ${number(pue)}`, gridWords(intensity, place, year)].join(" × ");

/** What is read on the page of one tool; "–" is not known. */
export interface MethodsRow {
  key: string;
  name: string;
  grams: string;
  /** Of MIEV alone: "(0.05 to 0.2)". */
  range: string | null;
  ratio: string;
  joules: string;
  pue: string;
  grid: string;
  how: string;
  checked: string | null;
}

/** MIEV's own row first. */
export function methodsRows(told: Told, say: ChartMessages): MethodsRow[] {
  const [mass, energy] = [gramsUnit(told), joulesUnit(told)];
  const { own, others } = told;
  const { grams } = own;
  const first: MethodsRow = {
    key: "miev",
    name: toolName({ name: "MIEV", version: own.version }),
    grams: grams ? inUnit(grams.value, mass) : "–",
    range: grams && `(${say.range(inUnit(grams.low, mass), inUnit(grams.high, mass))})`,
    ratio: "1",
    joules: inUnit(own.joules, energy),
    pue: number(own.pue),
    grid: gridWords(own.intensity_g_per_kwh, own.zone, own.year),
    how: own.method,
    checked: null,
  };
  return [first, ...others.map((tool) => toolRow(tool, mass, energy, say))];
}

function toolRow(tool: OtherTool, mass: Unit, energy: Unit, say: ChartMessages): MethodsRow {
  const same = { key: tool.id, name: toolName(tool), range: null, checked: tool.checked };
  if (!hasAnswer(tool)) return { ...same, grams: "–", ratio: "–", joules: "–", pue: "–", grid: "–", how: say.noAnswer(tool.why) };
  const { of_miev_ratio: ratio, joules } = tool;
  return {
    ...same,
    grams: inUnit(tool.co2e_g, mass),
    ratio: ratio === null ? "–" : `${number(ratio)}${tool.within_miev ? ` ${say.insideShort}` : ""}`,
    joules: joules === null ? "–" : inUnit(joules, energy),
    pue: number(tool.pue),
    grid: gridWords(tool.intensity_g_per_kwh, tool.place, tool.year),
    how: tool.power_model,
  };
}

/** The same unrounded, for the files. */
export function methodsTable({ own, others }: Told, say: ChartMessages): TableData {
  const keys = ["tool", "version", "co2e_g", "low_g", "high_g", "of_miev_ratio", "within_miev", "joules", "cpu_j", "memory_j", "gpu_j",
    "pue", "intensity_g_per_kwh", "place", "grid_year", "power_model", "no_answer", "checked"];
  const { grams } = own;
  const first = ["MIEV", own.version, grams?.value ?? null, grams?.low ?? null, grams?.high ?? null, 1, null, own.joules, null, null, null,
    own.pue, own.intensity_g_per_kwh, own.zone, own.year, own.method, null, null];
  return {
    columns: keys.map((key) => ({ key, title: key === "tool" ? say.columnTool : key })),
    rows: [first, ...others.map((tool) =>
      hasAnswer(tool)
        ? [tool.name, tool.version, tool.co2e_g, null, null, tool.of_miev_ratio, tool.within_miev, tool.joules, tool.cpu_j, tool.memory_j,
          tool.gpu_j, tool.pue, tool.intensity_g_per_kwh, tool.place, tool.year, tool.power_model, null, tool.checked]
        : [tool.name, tool.version, ...Array<null>(14).fill(null), tool.why, tool.checked])],
  };
}
