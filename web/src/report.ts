// SPDX-License-Identifier: Apache-2.0
/* The report as docs/report.schema.json has it, and what the charts read from it. */

export type Method = "measured" | "estimated" | "mixed" | "unavailable";
export type Verdict = "lower" | "higher" | "equivalent" | "unresolved";
export type Position = "front" | "dominated" | "unresolved";
export type StopReason = "precise" | "budget" | "interrupted" | "failed" | "running";
export type StageName = "decode" | "preprocess" | "postprocess";
export type PartName = "cpu" | "memory" | "gpu" | "machine";

export interface Bounds {
  low: number | null;
  high: number | null;
}

export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface Machine {
  cpu: string;
  microarchitecture: string;
  sockets: number;
  cores: number;
  logical_cpus: number;
  memory_bytes: number;
  virtual_machine: boolean;
  hypervisor: string;
  class: "server" | "desktop" | "laptop" | "unknown";
  vendor: string;
  product: string;
  kernel: string;
}

export interface Sensor {
  name: string;
  status: string;
  message: string;
}

export interface Channel {
  sensor: string;
  id: string;
  part: PartName;
  method: "measured" | "estimated";
  counted: boolean;
  systematic_low_ratio: number;
  systematic_high_ratio: number;
  idle_w: number | null;
  idle_standard_error_w: number | null;
  source: string;
}

export interface Meter {
  sensors: Sensor[];
  channels: Channel[];
  idle_rounds: number;
  idle_rounds_disturbed: number;
  neighbours_void_rounds: boolean;
}

export interface Settings {
  threads: number;
  delegate: string | null;
  budget_s: number;
  target_ratio: number;
  seed: number;
  dedicated: boolean;
  fast_decode: boolean;
  memory_bytes: number;
  reserved_cpus: number;
  logical_cpus: number;
}

export interface Input {
  sha256: string;
  kind: "image";
  bytes: number;
  name: string;
  format?: string;
  width?: number;
  height?: number;
  color_profile?: { name: string; use: "none" | "srgb" | "converted" | "ignored" };
}

export interface Stop {
  reason: StopReason;
  elapsed_s: number;
  blocks: number;
  half_width_ratio: number | null;
  ratio_half_width: number | null;
}

export interface Engine {
  name: string;
  runtime: string;
  version: string;
  delegate: string;
  threads: number;
}

export interface Prediction {
  label: string;
  index: number;
  score: number;
}

export interface Accuracy {
  dataset: string;
  split: string;
  images: number;
  top1: number;
  top1_low: number;
  top1_high: number;
  source: string;
}

export interface Load {
  seconds: number;
  first_inference_s: number;
  cold_s: number;
  gross_j: number | null;
  first_inference_j: number | null;
  cold_j: Interval | null;
  method: Method;
}

export interface Latency {
  p50_s: number;
  p90_s: number | null;
  p99_s: number | null;
  samples: number;
  /** Quantiles: the share of the samples that took no longer, and how long. */
  distribution?: { ratio: number[]; seconds: number[] } | null;
}

export interface Stage {
  stage: StageName;
  seconds: number | null;
  gross_j: number | null;
  method: Method;
  rounds: number;
}

export interface Part {
  part: PartName;
  method: Method;
  sensor: string | null;
  joules: number | null;
  net_joules?: number | null;
  low?: number | null;
  high?: number | null;
  headline: boolean;
}

export interface PerInference {
  per_inference_j: { value: number | null; statistical: Bounds; systematic: Bounds };
  rounds: number;
  rounds_effective: number;
  enough_rounds: boolean;
  batched: boolean;
}

export interface KnownEnergy {
  method: "measured" | "estimated" | "mixed";
  parts: Part[];
  gross: PerInference;
  net: PerInference;
  net_below_resolution: boolean;
  rounds_made: number;
  rounds_disturbed: number;
  inference_s: number;
}

export interface NoEnergy {
  method: "unavailable";
  parts: [];
  reason: string;
  rounds_void: number;
}

export interface Rate {
  requests_per_day: number;
  busy_ratio: number;
  workers: number;
  most_requests_per_day: number;
  idle_w: number;
  per_request_j: Interval;
  idle_ratio: number | null;
  flat_out_ratio: number | null;
  per_request_g: Interval;
  embodied_g: Interval | null;
  year_g: number;
  car_km: number;
  lamp_10w_h: number | null;
  curve: { requests_per_day: number[]; joules_per_request: (number | null)[] };
}

export interface NoRate {
  requests_per_day: number;
  reason: string;
}

export interface Footprint {
  per_inference_g: Interval;
  operational_g: Interval;
  embodied_g: Interval | null;
  cold_g: Interval | null;
  at_rate?: Rate | NoRate;
}

interface AnyModel {
  name: string;
  precision: string;
  guesses?: string[];
}

export interface MeasuredModel extends AnyModel {
  error?: undefined;
  sha256: string;
  bytes: number;
  engine: Engine;
  sandbox: string;
  predictions: Prediction[];
  guesses: string[];
  knows: { classes: number; first: string[]; from: string | null };
  accuracy: Accuracy | null;
  load: Load;
  latency: Latency | null;
  stages: Stage[];
  energy: KnownEnergy | NoEnergy;
  peak_memory_bytes: number | null;
  footprint: Footprint | null;
}

export interface FailedModel extends AnyModel {
  sha256?: string;
  bytes?: number;
  engine?: Engine;
  sandbox?: string;
  predictions?: Prediction[];
  error: { code: string; message: string };
}

export type Model = MeasuredModel | FailedModel;

export interface Pair {
  a: string;
  b: string;
  ratio: number;
  method: "measured" | "estimated" | "mixed";
  statistical: Bounds;
  systematic: Bounds;
  verdict: Verdict;
  likely: boolean;
  p_value: number | null;
  rounds: number;
  carbon_ratio: number | null;
}

export interface Against {
  top1_difference: Interval;
  carbon_ratio: Interval | null;
  verdict: Verdict;
  likely: boolean;
  method: "measured" | "estimated" | "mixed" | null;
}

export interface FrontModel {
  name: string;
  top1: number;
  per_inference_g: number;
  position: Position;
  dominated_by: string[];
  against_most_accurate: Against | null;
}

export type OffAxis = "another-dataset" | "no-accuracy" | "no-carbon" | "failed";

export interface Front {
  dataset: string;
  split: string;
  most_accurate: string;
  models: FrontModel[];
  not_on_axis: { name: string; reason: OffAxis }[];
}

export interface Embodied {
  machine_class: "server" | "desktop" | "laptop";
  machine_g: Interval;
  lifetime_s: Interval;
  share: number;
  host_logical_cpus: number;
  host_logical_cpus_low: number;
  host_logical_cpus_high: number;
  host_guessed: boolean;
  source: string;
}

export interface Site {
  zone: string;
  intensity_g_per_kwh: number;
  source: string;
  year: number | null;
  pue: number;
  default: boolean;
  embodied: Embodied | null;
}

export interface Report {
  schema: "miev.report/1";
  miev_version: string;
  created_unix_s: number;
  machine: Machine;
  meter: Meter;
  settings: Settings;
  input: Input;
  stop: Stop;
  models: Model[];
  comparison: Pair[];
  site: Site;
  pareto: Front[];
}

/** One zone of GET /studies/{id}/places; grams stand in the order of Places.models. */
export interface PlaceZone {
  id: string;
  iso2: string | null;
  iso3: string | null;
  name: string;
  year: number | null;
  intensity_g_per_kwh: number;
  per_inference_g: (Interval | null)[];
}

export interface PlaceRegion {
  provider: string;
  region: string;
  location: string;
  lat: number;
  lon: number;
  iso2: string | null;
  zone_name: string;
  year: number | null;
  intensity_g_per_kwh: number;
  pue: number;
  pue_year: number | null;
  pue_source: string;
  per_inference_g: (Interval | null)[];
}

export interface Places {
  models: string[];
  zones: { source: string; basis: string; items: PlaceZone[] };
  regions: { source: string; basis: string; note: string; items: PlaceRegion[] };
}

/* ---- readers ---------------------------------------------------------------------------------- */

export const isMeasured = (model: Model): model is MeasuredModel => model.error === undefined;

export const measuredModels = (report: Report): MeasuredModel[] => report.models.filter(isMeasured);

export const failedModels = (report: Report): FailedModel[] =>
  report.models.filter((model): model is FailedModel => !isMeasured(model));

export const hasEnergy = (energy: KnownEnergy | NoEnergy): energy is KnownEnergy =>
  energy.method !== "unavailable";

export const isRate = (rate: Rate | NoRate | undefined): rate is Rate =>
  rate !== undefined && !("reason" in rate);

/** A study that has not ended: its figures may still move. */
export const isProvisional = (report: Report): boolean => report.stop.reason === "running";

/** The grams of one model and both of its uncertainties, kept apart. */
export interface ModelCarbon {
  name: string;
  method: "measured" | "estimated" | "mixed";
  /** Grams of one inference. */
  value: number;
  /** Whisker: what the rounds scatter by, 95 %. */
  statistical: Bounds;
  /** What counter, estimate and manufacturing may be wrong by, the same way for every model. */
  systematic: Bounds;
  /** Both together, as the report has it. */
  low: number;
  high: number;
  rounds: number;
  enough_rounds: boolean;
}

/**
 * The report keeps grams with both uncertainties in one interval, and joules with the two apart.
 * Operational grams are proportional to joules, so a bound of the joules, as a factor of their
 * value, is the same factor of operational_g. Manufacturing is held fixed for the statistical
 * bounds: no round tells more about it. For the systematic ones its distance is added in
 * quadrature, side by side, as docs/method-footprint.md section 5 does for the total.
 */
export function modelCarbon(model: Model): ModelCarbon | null {
  if (!isMeasured(model) || !model.footprint || !hasEnergy(model.energy)) return null;
  const { per_inference_g: total, operational_g, embodied_g } = model.footprint;
  const { value: joules, statistical, systematic } = model.energy.gross.per_inference_j;
  if (joules === null || !(joules > 0)) return null;
  const distance = (bound: number) => operational_g.value * (bound / joules - 1);
  const scattered = (bound: number | null) => (bound === null ? null : total.value + distance(bound));
  const shifted = (bound: number | null, made: number | undefined, sign: 1 | -1) =>
    bound === null
      ? null
      : total.value + sign * Math.hypot(distance(bound), (made ?? 0) - (embodied_g?.value ?? 0));
  return {
    name: model.name,
    method: model.energy.method,
    value: total.value,
    statistical: { low: scattered(statistical.low), high: scattered(statistical.high) },
    systematic: {
      low: shifted(systematic.low, embodied_g?.low, -1),
      high: shifted(systematic.high, embodied_g?.high, 1),
    },
    low: total.low,
    high: total.high,
    rounds: model.energy.gross.rounds,
    enough_rounds: model.energy.gross.enough_rounds,
  };
}

export interface CarbonGroup {
  method: "measured" | "estimated" | "mixed";
  models: ModelCarbon[];
}

/** Least first within a way of knowing; ways of knowing are never ranked against each other. */
export function carbonGroups(report: Report): CarbonGroup[] {
  const known = report.models.map(modelCarbon).filter((carbon) => carbon !== null);
  return (["measured", "mixed", "estimated"] as const)
    .map((method) => ({
      method,
      models: known.filter((carbon) => carbon.method === method).sort((a, b) => a.value - b.value),
    }))
    .filter((group) => group.models.length > 0);
}

/** The report has each pair once; this is the pair as `a` over `b`, whichever way it stands. */
export function pairOf(report: Report, a: string, b: string): Pair | null {
  const pair = report.comparison.find((p) => (p.a === a && p.b === b) || (p.a === b && p.b === a));
  if (!pair) return null;
  return pair.a === a ? pair : turned(pair);
}

const inverse = (value: number | null) => (value === null || !(value > 0) ? null : 1 / value);

function turned(pair: Pair): Pair {
  const swap = { lower: "higher", higher: "lower", equivalent: "equivalent", unresolved: "unresolved" } as const;
  const bounds = ({ low, high }: Bounds) => ({ low: inverse(high), high: inverse(low) });
  return {
    ...pair,
    a: pair.b,
    b: pair.a,
    ratio: 1 / pair.ratio,
    statistical: bounds(pair.statistical),
    systematic: bounds(pair.systematic),
    verdict: swap[pair.verdict],
    carbon_ratio: inverse(pair.carbon_ratio),
  };
}

/** What the others are held against: the chosen model, else the most accurate, else the largest. */
export function reference(report: Report, chosen: string | undefined): string | null {
  const known = carbonGroups(report).flatMap((group) => group.models);
  if (chosen !== undefined && known.some((carbon) => carbon.name === chosen)) return chosen;
  const accurate = report.pareto[0]?.most_accurate;
  if (accurate !== undefined) return accurate;
  return known.reduce<ModelCarbon | null>((most, c) => (most && most.value >= c.value ? most : c), null)?.name ?? null;
}

/** How the joules of the models are known: each way once, best first. */
export function energyMethods(report: Report): Method[] {
  const used = new Set(measuredModels(report).map(({ energy }) => energy.method));
  return (["measured", "mixed", "estimated"] as const).filter((method) => used.has(method));
}

/** The headline's parts that a counter read and those that were estimated, of the models of a method. */
export function boundary(report: Report, method: Method): { measured: PartName[]; estimated: PartName[] } {
  const parts = measuredModels(report)
    .filter((model) => model.energy.method === method)
    .flatMap((model) => model.energy.parts as Part[]);
  const named = (known: Method) =>
    (["cpu", "memory", "gpu"] as const).filter((name) =>
      parts.some((part) => part.part === name && part.method === known && part.headline),
    );
  return { measured: named("measured"), estimated: named("estimated") };
}
