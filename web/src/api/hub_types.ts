// SPDX-License-Identifier: Apache-2.0
/* Models that come from elsewhere, and what is done with one: pulled, evaluated, used. Absent is null. */
import type { Interval, Method } from "../report";
import type { EvalReport, EvalShare } from "../eval_types";
import type { CatalogModel } from "./types";

/** "interrupted": the server ended meanwhile. */
export type WorkState = "waiting" | "running" | "done" | "failed" | "cancelled" | "interrupted";

export interface Pull {
  id: number;
  /** What was asked for: the id of a model, or an address. */
  what: string;
  state: WorkState;
  phase: "looking" | "downloading" | "checking" | "unpacking" | null;
  bytes: number;
  /** Null: the other side did not tell. */
  total: number | null;
  /** The one that came last; of a set more than one comes. */
  model: string | null;
  models: string[];
  problem: string | null;
}

export interface Measurement {
  study: number;
  created_unix_s: number;
  /** Of another machine's report. */
  imported: boolean;
  machine: { name: string | null; cpu: string };
  engine: string;
  joules: (Interval & { method: Method }) | null;
  latency_s: number | null;
  grams: Interval | null;
}

export interface ModelPage {
  model: CatalogModel;
  labels: string[] | null;
  measurements: Measurement[];
  evaluations: EvaluationRow[];
  use: { python: string | null; c: string | null; licence: string | null; methods: string | null; bibtex: string | null };
}

export interface Dataset {
  id: string;
  name: string;
  classes: string[];
  images: number;
}

/** Which labels of the model count as right for a folder of the dataset; none: it is left out. */
export type Mapping = Record<string, string[]>;

export interface EvaluationRow {
  id: number;
  created_unix_s: number;
  model: string;
  dataset: string;
  dataset_name: string;
  state: WorkState;
  /** 1 = next; null where it does not wait. */
  queue_place: number | null;
  done: number;
  total: number;
  /** Null until it has ended. */
  top1: EvalShare | null;
  problem: string | null;
}

export interface Evaluation extends EvaluationRow {
  report: EvalReport | null;
}

/** Nothing more will happen to it. */
export const isSettled = (state: WorkState): boolean => state !== "waiting" && state !== "running";
