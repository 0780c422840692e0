// SPDX-License-Identifier: Apache-2.0
/* The words of the charts of settings, hours and places. A part of charts.en.ts. */
import type { Method, Verdict } from "../report";

const VERDICTS: Record<Verdict, string> = {
  lower: "lower",
  higher: "higher",
  equivalent: "equivalent within 3 %",
  unresolved: "not resolved",
};

const METHODS: Record<Method, string> = {
  measured: "measured",
  estimated: "estimated",
  mixed: "partly measured",
  unavailable: "not known",
};

/** What a setting takes of the default's energy, and its price. */
export interface SettingPhrase {
  threads: number;
  batch: number;
  delegate: string;
  precision: string | null;
  share: string;
  range: [low: string, high: string] | null;
  verdict: Verdict;
  likely: boolean;
  method: Method;
  time: string;
  usualTime: string;
  rate: string;
  usualRate: string;
  accuracy: [own: string, usual: string] | null;
}

const setting = ({ threads, batch, delegate, precision }: Pick<SettingPhrase, "threads" | "batch" | "delegate" | "precision">) =>
  [`${threads} ${threads === 1 ? "thread" : "threads"}`, `batch ${batch}`, delegate, precision].filter(Boolean).join(", ");

const phrase = (p: SettingPhrase) =>
  `${setting(p)}: ${p.share} of the default's energy an item (${p.range ? `${p.range[0]} to ${p.range[1]}: ` : ""}${
    p.likely && p.verdict !== "unresolved" ? "likely " : ""
  }${VERDICTS[p.verdict]}, ${METHODS[p.method]}); an answer after ${p.time} in place of ${p.usualTime}, ${p.rate} items/s in place of ${p.usualRate}${
    p.accuracy === null ? "" : p.accuracy[0] === p.accuracy[1] ? `, accuracy ${p.accuracy[0]} as well` : `, accuracy ${p.accuracy[0]} in place of ${p.accuracy[1]}`
  }`;

export const chartsLessEn = {
  /* a sweep */
  sweepTitle: "Energy of an item by throughput, setting by setting",
  sweepAxisX: "items a second, logarithmic →",
  sweepAxisY: (unit: string) => `↑ ${unit} per item, logarithmic`,
  sweepNone: "The default has no energy, so nothing can be held against it.",
  sweepRunning: "The settings are still being measured.",
  sweepTake: (p: SettingPhrase) => `Take ${phrase(p)}.`,
  sweepKeep: (p: Pick<SettingPhrase, "threads" | "batch" | "delegate" | "precision">) =>
    `Keep the default (${setting(p)}): nothing here was found to take less energy.`,
  sweepOpen: (p: Pick<SettingPhrase, "threads" | "batch" | "delegate" | "precision">, open: SettingPhrase) =>
    `Keep the default (${setting(p)}): nothing here surely takes less energy, and more time may tell. Fewest joules: ${phrase(open)}.`,
  sweepKnee: (p: SettingPhrase) => `The knee of the front is ${phrase(p)}.`,
  sweepKneeDefault: "The knee of the front is the default itself.",
  sweepNoKnee: "The front has no knee: nowhere does it bend by 3 % of energy or more.",
  sweepNote:
    "All figures are of one item (picture) but the latency, which is a whole batch's: its answers come together. Whiskers: 95 % by the rounds of this study alone; the front is by the means.",
  sweepFront: "filled, on the line: the front, which no other setting beats in both",
  sweepBeaten: "hollow: beaten in both by another setting",
  sweepDefaultSign: "square: the default",
  sweepKneeSign: "diamond: the knee of the front",
  sweepBestSign: "star: advised",
  sweepRole: { default: "default", knee: "knee", best: "advised" },
  sweepOnFront: "on the front",
  sweepOffFront: "beaten in both",
  sweepEnergy: (joules: string, method: Method) => `${joules} an item, ${METHODS[method]}`,
  sweepRate: (rate: string) => `${rate} items a second`,
  sweepBatchTime: (time: string) => `${time} for a whole batch (median)`,
  sweepOfDefault: (share: string, verdict: string) => `${share} of the default's energy: ${verdict}`,
  columnThreads: "threads",
  columnBatch: "batch",
  columnDelegate: "delegate",
  columnPrecision: "precision",
  columnItemJ: "J an item",
  columnItemsPerS: "items a second",
  columnBatchMedian: "median latency of a batch, s",
  columnFront: "front",
  columnRole: "which it is",
  columnOfDefault: "share of the default",

  /* hours to come */
  hoursTitle: (zone: string) => `The hours to come: ${zone}`,
  hoursAxis: "↑ g CO₂e per kWh",
  hoursAxisX: "time here →",
  hoursSummary: (when: string, grams: string, mean: string) =>
    `The least: ${when}, ${grams} g CO₂e per kWh, against ${mean} on average of these hours.`,
  hoursFlat: (mean: string) => `No hour is below the average of these hours, ${mean} g CO₂e per kWh.`,
  hoursSource: (source: string) => `Source: the forecast of ${source}.`,
  hoursLeast: "least",
  hoursLeastSign: "triangle: the least hour",
  hoursMeanSign: "dashed: the average of these hours",
  hoursChosenSign: "frame: the hour that prices the report",
  hoursOfMean: (share: string) => `${share} of the carbon at the average`,
  hoursEstimated: "modelled, by its provider's word",
  columnHour: "begins",
  columnOfMean: "carbon, share of the average",

  /* places */
  searchPlaces: "Search by provider, region, place or country",
  placesFound: (n: number, all: number) => `${n} of ${all} places shown`,
  placesNone: "No place has all these words.",
  columnCountry: "country",
  orderBy: "Order",
  orderRising: (title: string) => `${title}, rising`,
  orderFalling: (title: string) => `${title}, falling`,
};
