// SPDX-License-Identifier: Apache-2.0
/* The texts of the charts in English. charts.ko.ts has the same keys, or the page does not compile. */
import type { Method, OffAxis, PartName, Position, StageName, Verdict } from "../report";

const VERDICTS: Record<Verdict, string> = {
  lower: "lower",
  higher: "higher",
  equivalent: "equivalent within 3 %",
  unresolved: "not resolved by this study",
};

const PARTS: Record<PartName, string> = { cpu: "CPU", memory: "memory", gpu: "GPU", machine: "rest of the machine" };

const METHODS: Record<Method, string> = {
  measured: "measured",
  estimated: "estimated",
  mixed: "partly measured",
  unavailable: "not known",
};

const POSITIONS: Record<Position, string> = { front: "on the front", dominated: "dominated", unresolved: "left open" };

const OFF_AXIS: Record<OffAxis, string> = {
  "another-dataset": "its accuracy is of another data set",
  "no-accuracy": "its accuracy is not known",
  "no-carbon": "its carbon is not known",
  failed: "it failed",
};

const STAGES: Record<StageName | "inference" | "load", string> = {
  decode: "decode the photo",
  preprocess: "make the input of it",
  inference: "inference",
  postprocess: "read the answer",
  load: "load the model",
};

const list = (words: string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;

export interface ParetoPhrase {
  name: string;
  best: string;
  lost: string;
  lostLow: string;
  lostHigh: string;
  /** Whether the two accuracies differ for sure. */
  told: boolean;
  share: string;
  shareLow: string;
  shareHigh: string;
  verdict: string;
  method: Method | null;
}

export const chartsEn = {
  /* every figure */
  table: "Table",
  tableOf: (title: string) => `${title}: table`,
  saveAs: (title: string) => `Save "${title}" as`,
  range: (low: string, high: string) => `${low} to ${high}`,
  list,
  model: "model",
  method: "method",
  methodOf: (method: Method) => METHODS[method],
  part: (part: PartName) => PARTS[part],
  marks: (title: string) => `${title}. Arrow keys go from mark to mark.`,
  scale: "Scale",
  linear: "linear",
  log: "logarithmic",
  provisional: "provisional",
  failed: (name: string, why: string) => `${name} failed: ${why}`,
  unknownCarbon: (name: string, why: string) => `${name} has no carbon figure: ${why}`,
  verdict: (verdict: Verdict, likely: boolean) =>
    likely && verdict !== "unresolved" ? `likely ${VERDICTS[verdict]}` : VERDICTS[verdict],
  place: (zone: string, year: number | null) => (year === null ? zone : `${zone} in ${year}`),

  /* carbon */
  carbonTitle: "Carbon per inference of the selected models",
  carbonAxis: (unit: string) => `${unit} CO₂e per million inferences →`,
  carbonAxisLog: (unit: string) => `${unit} CO₂e per million inferences, logarithmic →`,
  carbonOne: (name: string, value: string, place: string) =>
    `${name} emits ${value} CO₂e per million inferences (${place}).`,
  carbonLeast: (name: string, value: string, share: string, most: string, verdict: string, place: string) =>
    `${name} emits least: ${value} CO₂e per million inferences (${place}). That is ${share} of ${most}'s carbon (energy: ${verdict}).`,
  carbonNotRanked: (methods: string[]) => `Models that are ${list(methods)} stand apart and are not ranked against each other.`,
  carbonNone: "No model has a carbon figure.",
  groupOf: (method: Method, measured: PartName[], estimated: PartName[]) => {
    if (method === "measured") return `Measured: ${list(measured.map((p) => PARTS[p]))}; power supply and fans are not covered`;
    if (method === "mixed")
      return `Partly measured (hatched): ${list(measured.map((p) => PARTS[p]))} measured, ${list(estimated.map((p) => PARTS[p]))} estimated; power supply and fans are not covered`;
    return "Estimated (hatched): from CPU time and published watts; no counter was read";
  },
  systematic: (low: string, high: string) => `the whole scale may be off by ${low} to ${high} in the same direction`,
  whisker: "Whiskers: 95 % by the rounds of this study alone.",
  fewRounds: "Too few rounds for the whiskers to be relied on.",
  running: "The study is still running: pale, dashed bars are provisional.",
  carbonMark: (name: string, value: string, method: string) => `${name}: ${value} CO₂e per million inferences, ${method}`,
  byRounds: (low: string, high: string) => `${low} to ${high} by the rounds (95 %)`,
  byAll: (low: string, high: string) => `${low} to ${high} with what the method may be wrong by`,
  shareOf: (share: string, name: string) => `${share} of ${name}'s carbon`,
  roundsOf: (rounds: number, enough: boolean) => `${rounds} rounds${enough ? "" : ", too few to rely on"}`,
  columnValue: "g per million inferences",
  columnLow: "low, by rounds",
  columnHigh: "high, by rounds",
  columnSystematicLow: "low, systematic",
  columnSystematicHigh: "high, systematic",
  columnRounds: "rounds",
  columnState: "state",
  stateFinal: "final",
  chosenMark: "chosen",

  /* accuracy against carbon */
  paretoTitle: (set: string) => `Accuracy on ${set} against carbon`,
  paretoAxisX: (unit: string) => `${unit} CO₂e per million inferences, logarithmic →`,
  paretoAxisY: "↑ share of right first answers",
  paretoSentence: (p: ParetoPhrase) =>
    `${p.name} keeps all but ${p.lost} points (${p.lostLow} to ${p.lostHigh}${p.told ? "" : ", not told apart"}) of ${p.best}'s accuracy and emits ${p.share} of its carbon (${p.shareLow} to ${p.shareHigh} %: ${p.verdict}${p.method ? `, ${METHODS[p.method]}` : ""}).`,
  paretoOnly: (name: string, accuracy: string) => `${name} is the only model on this axis: ${accuracy} right.`,
  paretoNoChoice: (best: string) => `No model emits less than ${best}, the most accurate one, without being beaten in both.`,
  position: (position: Position) => POSITIONS[position],
  legendFront: "filled: on the front",
  legendOpen: "ring: left open by the intervals",
  legendDominated: "hollow: dominated",
  legendSteps: "steps: the front",
  legendValueSteps: "dashed steps: the front if every value were exact",
  notOnAxis: (items: [string, OffAxis][]) => `Not on this axis: ${items.map(([name, why]) => `${name} (${OFF_AXIS[why]})`).join("; ")}.`,
  offAxis: (reason: OffAxis) => OFF_AXIS[reason],
  accuracyMark: (accuracy: string, low: string, high: string) => `${accuracy} right (${low} to ${high} %)`,
  carbonPerMillion: (value: string, method: string) => `${value} CO₂e per million inferences, ${method}`,
  shareOfMostAccurate: (share: string, low: string, high: string) => `${share} of the most accurate one's carbon (${low} to ${high} %)`,
  dominatedBy: (names: string[]) => `beaten in both by ${list(names)}`,
  columnAccuracy: "right first answers",
  columnAccuracyLow: "low, 95 %",
  columnAccuracyHigh: "high, 95 %",
  columnPosition: "position",
  columnAgainst: "carbon, share of the most accurate",
  columnVerdict: "energy",

  /* stages */
  stage: (stage: StageName | "inference" | "load") => STAGES[stage],
};

export type ChartMessages = typeof chartsEn;
