// SPDX-License-Identifier: Apache-2.0
/* What the page reads of a report of docs/eval.schema.json. */
import type { Interval, Method } from "./report_types";

export interface EvalShare {
  right: number;
  share: number | null;
  low: number | null;
  high: number | null;
}

export interface EvaluatedModel {
  name: string;
  error?: undefined;
  images: number;
  complete: boolean;
  top1: EvalShare;
  top5: EvalShare | null;
  not_evaluated: { images: number };
  classes: { label: string; images: number; top1: EvalShare }[];
  confusion: { class: string; predicted: string; images: number }[];
  energy: { method: Method };
  footprint: { per_inference_g: Interval } | null;
}

export interface EvalReport {
  schema: "miev.eval/1";
  models: (EvaluatedModel | { name: string; error: { message: string } })[];
}
