// SPDX-License-Identifier: Apache-2.0
/* The report as docs/report.schema.json has it, and the places that it was priced for. */

export type Method = "measured" | "estimated" | "mixed" | "unavailable";
export type Verdict = "lower" | "higher" | "equivalent" | "unresolved";
export type Position = "front" | "dominated" | "unresolved";
export type StopReason = "precise" | "budget" | "interrupted" | "failed" | "no-meter" | "running";
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
  /** Only where another machine serves the models, and its meter was asked. */
  remote?: { address: string; boundary: string };
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
  /** Absent in reports of before November 2026. */
  needed_budget_s?: number | null;
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
  /** Of a sweep. */
  settings?: OwnSettings;
  guesses?: string[];
}

export interface MeasuredModel extends AnyModel {
  error?: undefined;
  /** Of a file; a model that is served elsewhere has an address. */
  sha256?: string;
  bytes?: number;
  address?: string;
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
  /** Null, like the other figures of the machine, where only cards are known: another machine serves. */
  machine_class: "server" | "desktop" | "laptop" | null;
  machine_g: Interval | null;
  lifetime_s: Interval;
  share: number | null;
  host_logical_cpus: number | null;
  host_logical_cpus_low: number | null;
  host_logical_cpus_high: number | null;
  host_guessed: boolean;
  source: string;
  cards?: { part: "gpu"; name: string; listed: boolean; total_g: Interval; share: number; source: string }[];
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
  /** Of `miev sweep`: each model is one model under settings of its own. */
  sweep?: Sweep;
}

/** docs/sweep.md; while it runs only the default is there. */
export interface Sweep {
  default: string;
  front?: { name: string; item_j: number; items_per_s: number }[];
  knee?: string | null;
  knee_words?: string | null;
  best?: string | null;
  advice?: string;
}

export interface OwnSettings {
  threads: number;
  delegate: string | null;
  batch: number;
  reserved_cpus: number;
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
  /** Null: nobody published where it is. */
  lat: number | null;
  lon: number | null;
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
