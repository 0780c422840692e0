// SPDX-License-Identifier: Apache-2.0
/* The texts of the charts in English. charts.ko.ts has the same keys, or the page does not compile. */
import { methodsEn } from "./charts_methods.en";
import { chartsDayEn } from "./charts_day.en";
import { chartsLessEn } from "./charts_less.en";
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
  ...methodsEn,
  ...chartsLessEn,
  ...chartsDayEn,

  /* every figure */
  table: "Table",
  tableOf: (title: string) => `${title}: table`,
  saveAs: (title: string) => `Save "${title}" as`,
  range: (low: string, high: string) => `${low} to ${high}`,
  model: "model",
  method: "method",
  methodOf: (method: Method) => METHODS[method],
  part: (part: PartName) => PARTS[part],
  marks: (title: string) => `${title}. Arrow keys go from mark to mark.`,
  scale: "Scale",
  linear: "linear",
  log: "logarithmic",
  provisional: "provisional",
  energyIs: (methods: Method[]) =>
    methods.length === 0 ? "" : `Energy, and so carbon, is ${list(methods.map((method) => METHODS[method]))}.`,
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
  carbonNotRanked: (methods: string[]) =>
    `Models that are ${list(methods)} stand apart and are not ranked against each other.`,
  carbonNone: "No model has a carbon figure.",
  groupOf: (method: Method, measured: PartName[], estimated: PartName[]) => {
    if (method === "measured")
      return `Measured: ${list(measured.map((p) => PARTS[p]))}; power supply and fans are not covered`;
    if (method === "mixed")
      return `Partly measured (hatched): ${list(measured.map((p) => PARTS[p]))} measured, ${list(estimated.map((p) => PARTS[p]))} estimated; power supply and fans are not covered`;
    return "Estimated (hatched): from CPU time and published watts; no counter was read";
  },
  systematic: (low: string, high: string) => `the whole scale may be off by ${low} to ${high} in the same direction`,
  whisker: "Whiskers: 95 % by the rounds of this study alone.",
  fewRounds: "Too few rounds for the whiskers to be relied on.",
  running: "The study is still running: pale, dashed bars are provisional.",
  carbonMark: (name: string, value: string, method: string) =>
    `${name}: ${value} CO₂e per million inferences, ${method}`,
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

  /* accuracy against carbon */
  paretoTitle: (set: string) => `Accuracy on ${set} against carbon`,
  paretoAxisX: (unit: string) => `${unit} CO₂e per million inferences, logarithmic →`,
  paretoAxisY: "↑ share of right first answers",
  paretoSentence: (p: ParetoPhrase) =>
    `${p.name} keeps all but ${p.lost} points (${p.lostLow} to ${p.lostHigh}${p.told ? "" : ", not told apart"}) of ${p.best}'s accuracy and emits ${p.share} of its carbon (${p.shareLow} to ${p.shareHigh} %: ${p.verdict}${p.method ? `, ${METHODS[p.method]}` : ""}).`,
  paretoOnly: (name: string, accuracy: string) => `${name} is the only model on this axis: ${accuracy} right.`,
  paretoNoChoice: (best: string) =>
    `No model emits less than ${best}, the most accurate one, without being beaten in both.`,
  position: (position: Position) => POSITIONS[position],
  paretoWhiskers: "Whiskers: 95 %, of carbon by the rounds of this study, of accuracy by the number of images.",
  paretoSystematic: (low: string, high: string) =>
    `Beyond these the carbon of all dots may be off by ${low} to ${high} in the same direction.`,
  legendFront: "filled: on the front",
  legendOpen: "ring: left open by the intervals",
  legendDominated: "hollow: dominated",
  legendSteps: "steps: the front",
  legendValueSteps: "dashed steps: the front if every value were exact",
  notOnAxis: (items: [string, OffAxis][]) =>
    `Not on this axis: ${items.map(([name, why]) => `${name} (${OFF_AXIS[why]})`).join("; ")}.`,
  offAxis: (reason: OffAxis) => OFF_AXIS[reason],
  accuracyMark: (accuracy: string, low: string, high: string) => `${accuracy} right (${low} to ${high} %)`,
  carbonPerMillion: (value: string, method: string) => `${value} CO₂e per million inferences, ${method}`,
  shareOfMostAccurate: (share: string, low: string, high: string) =>
    `${share} of the most accurate one's carbon (${low} to ${high} %)`,
  dominatedBy: (names: string[]) => `beaten in both by ${list(names)}`,
  columnAccuracy: "right first answers",
  columnAccuracyLow: "low, 95 %",
  columnAccuracyHigh: "high, 95 %",
  columnPosition: "position",
  columnAgainst: "carbon, share of the most accurate",
  columnVerdict: "energy",

  /* latency */
  latencyTitle: "Time of one warm inference",
  latencyAxis: (unit: string) => `${unit} per inference, logarithmic; the number is the median →`,
  latencyNone: "No model was timed.",
  latencyOne: (name: string, time: string) => `${name} takes ${time} (median).`,
  latencyRange: (fast: string, time: string, slow: string, slowTime: string) =>
    `From ${time} (${fast}) to ${slowTime} (${slow}), medians.`,
  latencyNoP99: "Where the 99th percentile is missing there were fewer than 1,000 samples.",
  percentile: (key: "p50" | "p90" | "p99") => ({ p50: "median", p90: "90th percentile", p99: "99th percentile" })[key],
  samples: (n: number) => `${n} samples`,
  middleHalf: "band: middle half of the samples",
  middleMost: "thin band: 5 to 95 % of them",
  seconds: (what: string) => `${what}, s`,
  joulesOf: (what: string) => `${what}, J`,
  gramsOf: (what: string) => `${what}, g CO₂e`,
  columnSamples: "samples",

  /* energy */
  show: "Show",
  joules: "joules",
  shares: "shares",
  time: "time",
  carbon: "carbon",
  partsTitle: "Energy of one inference by part of the machine",
  partShare: (part: string, low: string, high: string) =>
    low === high ? `${part} ${low}` : `${part} ${low} to ${high}`,
  partsSummary: (shares: string[]) => `Share of the joules of an inference, over all models: ${shares.join(", ")}.`,
  partsNote: "Hatched is estimated, solid is measured. Power supply, fans and disks are not covered.",
  partLegend: (part: string, method: string, hatched: boolean) => `${part}, ${method}${hatched ? " (hatched)" : ""}`,
  partOf: (part: string, joules: string, share: string, method: string, bounds: string | null) =>
    `${part}: ${joules}${bounds === null ? "" : ` (${bounds})`}, ${share}, ${method}`,
  totalOf: (joules: string, method: string) => `${joules} in all, ${method}`,
  energyNone: "No model has an energy figure.",
  energyAxis: (unit: string) => `${unit} per inference →`,
  energyAxisLog: (unit: string) => `${unit}, logarithmic →`,
  shareAxis: "% of the joules of an inference →",
  columnPart: "part",
  columnJoules: "J",
  columnShare: "share",
  stagesTitle: "Energy of the stages around an inference",
  stagesSummary: (name: string, share: string, stage: string, joules: string) =>
    `Of the joules of one request to ${name}, from photo to answer, inference is ${share}. The largest single stage: ${stage}, ${joules}.`,
  stagesUnknown: (name: string) => `The joules of not every stage of ${name} are known.`,
  otherModels: "other models",
  columnStage: "stage",
  columnSeconds: "s",

  /* first use */
  coldTitle: "First use beside warm use",
  cold: "first use",
  warm: "warm inference",
  firstInference: "first inference",
  coldSummary: (name: string, cold: string, share: string, warm: string, asMany: string | null) =>
    `The first use of ${name} takes ${cold}, ${share} of it to load the model; after that ${warm} each.${asMany === null ? "" : ` It emits as much as ${asMany} warm inferences.`}`,
  coldNote: "First use: one load and one first inference, so no rounds tell its scatter. The headline is warm use.",
  coldNone: "First use was not measured.",
  coldAxis: (unit: string, carbon: boolean) => `${unit}${carbon ? " CO₂e" : ""}, logarithmic →`,
  coldAsWarm: (n: string) => `first use is as much as ${n} warm inferences`,

  /* pairs */
  ratiosTitle: (against: string) => `Energy and carbon against ${against}`,
  ratiosNoReference: "Models against each other",
  ratiosNone: "There is no pair of models to compare.",
  ratioOne: (name: string, words: string) => `${name}: ${words}.`,
  ratioWords: (share: string, against: string, verdict: string) =>
    `${share} of ${against}'s carbon; energy: ${verdict}`,
  ratiosSummary: (against: string, lower: number, equivalent: number, higher: number, open: number) =>
    `Energy against ${against}: ${list(
      (
        [
          [lower, "lower"],
          [equivalent, "equivalent within 3 %"],
          [higher, "higher"],
          [open, "not resolved by this study"],
        ] as const
      )
        .filter(([n]) => n > 0)
        .map(([n, words]) => `${words} for ${n} ${n === 1 ? "model" : "models"}`),
    )}.`,
  ratiosNote:
    "Rounds of the same block are compared, so what the counter is wrong by cancels. Verdicts are corrected for the number of pairs.",
  ratiosLikely:
    "Energies are estimated: two models that keep the CPU busy for the same time need not draw the same power, so a verdict is likely at most. Verdicts are corrected for the number of pairs.",
  unlike: "known in different ways, so not ranked",
  energyShare: (share: string, against: string) => `${share} of ${against}'s energy`,
  byFavour: (low: string, high: string) => `${low} to ${high} with what the estimate may favour one model by`,
  legendStatistical: "95 % by the rounds",
  legendFavour: "with what the estimate may favour one by",
  legendEquivalent: "equivalent: within 3 %",
  ratioAxis: (against: string) => `% of ${against}'s joules, logarithmic →`,
  columnOver: "of",
  columnEnergyRatio: "energy, share",
  columnCarbonRatio: "carbon, share",
  columnFavourLow: "low, with the estimate",
  columnFavourHigh: "high, with the estimate",

  /* requests a day */
  rateTitle: "Energy of a request by how often one comes",
  rateAxis: "requests a day, logarithmic →",
  rateAxisY: (unit: string) => `↑ ${unit} per request, logarithmic`,
  rateNone: "Tell how many requests a day there are to see what waiting costs.",
  rateUnknown: (why: string) => `What waiting draws is not known: ${why}`,
  rateSummary: (name: string, requests: string, joules: string, grams: string, idle: string | null) =>
    `At ${requests} requests a day one request to ${name} takes ${joules} and emits ${grams} CO₂e${idle === null ? "" : `; ${idle} of the energy is waiting`}.`,
  rateNote: (watts: string) =>
    `While it waits a worker draws ${watts}, its share of the machine's idle power. Lines end where one worker is always busy.`,
  yourRate: (requests: string) => `${requests} a day`,
  legendYourRate: (name: string) => `your rate, ${name}`,
  atRate: (requests: string, joules: string, grams: string) =>
    `at ${requests} a day: ${joules}, ${grams} CO₂e per request`,
  mostRequests: (requests: string) => `one worker serves at most ${requests} a day`,
  request: "request",
  columnRequests: "requests a day",
  columnIdle: "share of waiting",
  columnWorkers: "workers",
  columnBoundLow: "low",
  columnBoundHigh: "high",

  /* totals */
  totalsTitle: (requests: string) => `Totals at ${requests} requests a day`,
  totalsTitleNone: "Totals at your number of requests",
  totalsSummary: (name: string, grams: string) => `Least: ${name}, ${grams} CO₂e a year, waiting included.`,
  totalsNote:
    "Equivalents are of the year's total at your own rate: an average passenger car, and a 10 W lamp at this place.",
  perDay: "a day",
  perYear: "a year",
  equivalents: "as much as",
  carKm: (km: string) => `${km} km by car`,
  lampHours: (hours: string) => `${hours} hours of a 10 W lamp`,
  totalsReference: "The others are held against this one.",
  totalsAlike: (share: string) => `${share}: at this rate it hardly matters which of the two it is.`,
  totalsCancelled: (share: string, times: string) =>
    `${share}; the saving is cancelled if it is used ${times} times as often.`,
  workersNeeded: (n: string) => `It needs ${n} workers to keep up.`,
  columnCar: "km by car",
  columnLamp: "hours of a 10 W lamp",
  columnOfReference: "share of the reference",

  /* answers */
  predictionsTitle: "What the models see",
  photoAlt: (name: string) => `the photo ${name}`,
  votes: (photo: string, votes: [string, number][]) =>
    `First answers to ${photo}: ${votes.map(([label, n]) => `${label} (${n} ${n === 1 ? "model" : "models"})`).join(", ")}.`,
  noAnswers: "No model gave an answer.",
  scoreNote: "A score is how sure a model is, not how often it is right.",
  allKnow: (words: string) => `Each model ${words}.`,
  knows: (n: number, first: string[], all: boolean) =>
    n === 1
      ? `knows 1 thing: ${first.join(", ")}`
      : `knows ${n.toLocaleString("en")} things: ${first.join(", ")}${all ? "" : " …"}`,
  knowsNothing: "its labels are not known",
  guessed: (words: string[]) => `Guessed for it: ${words.join("; ")}`,
  columnRank: "rank",
  columnLabel: "label",
  columnScore: "score",

  /* places */
  mapTitle: (name: string) => `If ${name} ran elsewhere`,
  mapNone: "No carbon figure to show by place.",
  mapSummary: (least: string, leastGrams: string, most: string, mostGrams: string, home: string | null) =>
    `From ${leastGrams} (${least}) to ${mostGrams} (${most}) CO₂e per million inferences${home === null ? "" : `; here: ${home}`}.`,
  mapHome: (zone: string, grams: string) => `${zone}, ${grams}`,
  mapSource: (source: string, basis: string) => `Source: ${source}. Basis: ${basis}.`,
  mapAverage: "Average mix: moving the load may not cut real emissions.",
  mapLegend: (unit: string) => `${unit} CO₂e per million inferences`,
  mapPlaceless: (n: number) => `${n} cloud regions have no published position: the table has them.`,
  mapMissing: (n: number) => `${n} zones are too small for the map or have no shape on it: the table has them.`,
  mapShow: "Show",
  mapZones: "zones",
  mapWithRegions: "with cloud regions",
  regionMark: (provider: string, region: string, location: string) => `${provider} ${region}, ${location}`,
  noData: "no data",
  homeLegend: "outlined: here",
  regionLegend: "dots: cloud regions",
  carbonOf: (grams: string) => `${grams} CO₂e per million inferences`,
  shareOfHere: (share: string) => `${share} of here`,
  intensity: (grams: string, year: number | null) => `${grams} g CO₂e per kWh${year === null ? "" : `, ${year}`}`,
  pueOf: (pue: string, source: string, year: number | null) =>
    `PUE ${pue} (${source}${year === null ? "" : `, ${year}`})`,
  zonesOf: "Zones",
  regionsOf: "Cloud regions",
  search: "Search",
  found: (n: number, all: number) => `${n} of ${all}`,
  columnZone: "zone",
  columnCode: "code",
  columnShareOfHere: "share of here",
  columnIntensity: "g CO₂e per kWh",
  columnYear: "year",
  columnSource: "source",
  columnProvider: "provider",
  columnRegion: "region",
  columnLocation: "location",
  columnPue: "PUE",
  columnPueSource: "source of the PUE",
  regionsTitle: (name: string) => `${name} by place`,
  regionsSummary: (least: string, grams: string, share: string | null) =>
    `Least: ${least}, ${grams} CO₂e per million inferences${share === null ? "" : `, ${share} of here`}.`,

  /* stages */
  stage: (stage: StageName | "inference" | "load") => STAGES[stage],

  /* measurements */
  measurementsTitle: "Energy of an inference, wherever it was measured",
  measurementsSummary: (name: string, count: number, machines: number) =>
    `${name}: ${count} ${count === 1 ? "measurement" : "measurements"} on ${machines} ${machines === 1 ? "machine" : "machines"}.`,
  measurementsNote: "Machines, settings and photos may differ: measure side by side before you choose by them.",
  legendWrong: "what sensor or estimate may be wrong by",
  medianOf: (time: string) => `${time} (median)`,
  columnMachine: "machine",
  columnCpu: "CPU",
  columnDay: "day",
  columnStudy: "study",
  columnEngine: "engine",
  columnMedian: "median latency",
};

export type ChartMessages = typeof chartsEn;
