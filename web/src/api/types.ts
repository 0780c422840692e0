// SPDX-License-Identifier: Apache-2.0
/* What the server sends besides reports; docs/api has the contract. Absent is null. */

import type { Interval } from "../report";

export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Of a Retry-After: when to ask again. */
  retry_after_s?: number;
}

export interface MachineInfo {
  miev_version: string;
  token_required: boolean;
  machine: { cpu: string; logical_cpus: number; memory_bytes: number; virtual_machine: boolean; hypervisor: string };
  sensors: { name: string; status: string; message: string }[];
  engines: { name: string; runtime: string; version: string; status: string; message: string }[];
  measured: boolean;
  /** Whose forecast of the hours to come is asked; null: nobody's. */
  forecast: string | null;
  /** How long machines of a class are in use. */
  lifetime_years: Record<string, Interval>;
  limits: {
    image_bytes: number;
    model_bytes: number;
    report_bytes: number;
    archive_bytes: number;
    queue: number;
    models_per_study: number;
  };
}

export interface LastCarbon {
  study: number;
  created_unix_s: number;
  zone: string;
  method: "measured" | "estimated" | "mixed";
  per_inference_g: Interval;
}

export interface CatalogModel {
  id: string;
  name: string;
  precision: string;
  origin: "bundled" | "uploaded" | "pulled" | "known";
  format: string;
  /** It can be measured now; else it is to be had from its address. */
  here: boolean;
  address: string | null;
  /** False: nobody has pulled it yet, so that its address may lead nowhere. */
  verified: boolean | null;
  /** One of those that come with one click. */
  starter: boolean;
  task: string;
  summary: string;
  publisher: string;
  source: string;
  licence: string;
  bytes: number | null;
  sha256: string | null;
  parameters: number | null;
  macs: number | null;
  knows: { classes: number; first: string[] } | null;
  accuracy: {
    dataset: string;
    split: string;
    images: number;
    top1: number;
    top1_low: number;
    top1_high: number;
    source: string;
  } | null;
  last: LastCarbon | null;
}

export interface InputFile {
  id: string;
  name: string;
  bytes: number;
  sha256: string;
  sample: boolean;
  href: string;
  /** A small square of it. */
  thumbnail: string;
  licence: string | null;
}

export interface Zone {
  id: string;
  iso2: string | null;
  iso3: string | null;
  name: string;
  intensity_g_per_kwh: number;
  year: number;
  aggregate: boolean;
}

export type StudyStatus = "queued" | "running" | "finished" | "interrupted" | "failed" | "cut off" | "imported";

export type ModelState = "queued" | "load" | "warm-up" | "latency" | "stages" | "waiting" | "round" | "failed";

export interface Progress {
  phase: "queued" | "load" | "warm-up" | "latency" | "stages" | "rounds";
  model: string | null;
  model_index: number;
  n_models: number;
  block: number;
  half_width_ratio: number | null;
  target_ratio: number;
  elapsed_s: number;
  budget_s: number;
  models: { name: string; state: ModelState }[];
}

export interface Study {
  id: number;
  name: string;
  status: StudyStatus;
  queue_place: number | null;
  created_unix_s: number;
  models: string;
  model_ids: string[] | null;
  input: { id: string | null; name: string; sha256: string | null; href: string | null };
  imported: boolean;
  progress: Progress | null;
  error: Problem | null;
  has_report: boolean;
  repeat_of: number | null;
}

export interface NewStudy {
  models: string[];
  input: string;
  zone?: string;
  intensity_g_per_kwh?: number;
  pue: number;
  embodied: boolean;
  lifetime_years?: number | null;
  requests_per_day: number;
  /** Left out of a sweep it goes by the number of combinations. */
  budget_s?: number;
  /** One model under many settings; what is left out is the choice of `miev sweep`. */
  sweep?: SweepSettings;
}

export interface SweepSettings {
  threads?: number[];
  batch?: number[];
  delegate?: string[];
}

export type Answer = "agrees" | "differs" | "not comparable";

export interface Compared {
  verdict: Answer;
  same_machine: boolean;
  same_sensors: boolean;
  notes: string[];
  before: { created_unix_s: number; cpu: string };
  after: { created_unix_s: number; cpu: string } | null;
  models: {
    name: string;
    verdict: Answer;
    reason: string | null;
    before_j: number | null;
    after_j: number | null;
    energy_ratio: {
      value: number;
      statistical: { low: number | null; high: number | null };
      judged: { low: number | null; high: number | null };
    } | null;
    enough_rounds: boolean | null;
    latency_ratio: number | null;
    answers: "same" | "alike" | "different" | null;
  }[];
}

/** Nothing more will happen to it. */
export const isOver = (status: StudyStatus): boolean => status !== "queued" && status !== "running";
