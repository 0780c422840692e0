// SPDX-License-Identifier: Apache-2.0
/* A small report of two models, in the form of the real ones. */

import type { Interval, MeasuredModel, Pair, Report } from "../src/report";

const about = (value: number): Interval => ({ value, low: value / 2, high: value * 2 });

function model(name: string, grams: number, top1: number): MeasuredModel {
  const bounds = { low: grams / 2, high: grams * 2 };
  const energy = { per_inference_j: { value: grams, statistical: bounds, systematic: bounds }, rounds: 12,
    rounds_effective: 12, enough_rounds: true, batched: false };
  return {
    name, precision: name.split(":")[1] ?? "as-is", sha256: "0".repeat(64), bytes: 1,
    engine: { name: "tflite", runtime: "LiteRT", version: "1", delegate: "xnnpack", threads: 1 }, sandbox: "seccomp",
    predictions: [], guesses: [], knows: { classes: 2, first: ["cat", "dog"], from: "card" },
    accuracy: { dataset: "CIFAR-10", split: "test", images: 100, top1, top1_low: top1 - 0.01, top1_high: top1 + 0.01, source: "" },
    load: { seconds: 1, first_inference_s: 1, cold_s: 2, gross_j: null, first_inference_j: null, cold_j: null, method: "estimated" },
    latency: { p50_s: grams, p90_s: grams, p99_s: null, samples: 100 }, stages: [],
    energy: { method: "estimated", parts: [], gross: energy, net: energy, net_below_resolution: false, rounds_made: 12,
      rounds_disturbed: 0, inference_s: grams },
    peak_memory_bytes: null,
    footprint: { per_inference_g: about(grams), operational_g: about(grams), embodied_g: null, cold_g: null },
  };
}

export const pair = (a: string, b: string, ratio: number): Pair => ({
  a, b, ratio, method: "estimated", statistical: { low: ratio, high: ratio }, systematic: { low: ratio, high: ratio },
  verdict: ratio < 1 ? "lower" : "higher", likely: true, p_value: 0.01, rounds: 12, carbon_ratio: ratio,
});

/** "large:float32" emits ten times what "large:int8" does and a hundred times what "small" does. */
export function report(): Report {
  const against = (ratio: number, difference: Interval) => ({
    top1_difference: difference, carbon_ratio: about(ratio), verdict: "lower" as const, likely: true, method: "estimated" as const,
  });
  return {
    schema: "miev.report/1", miev_version: "0.1.0", created_unix_s: 1,
    machine: { cpu: "CPU", microarchitecture: "", sockets: 1, cores: 1, logical_cpus: 1, memory_bytes: 1,
      virtual_machine: false, hypervisor: "", class: "server", vendor: "", product: "", kernel: "" },
    meter: { sensors: [], channels: [], idle_rounds: 1, idle_rounds_disturbed: 0, neighbours_void_rounds: false },
    settings: { threads: 1, delegate: null, budget_s: 1, target_ratio: 0.03, seed: 1, dedicated: false, fast_decode: false,
      memory_bytes: 1, reserved_cpus: 1, logical_cpus: 1 },
    input: { sha256: "", kind: "image", bytes: 1, name: "cat.jpg" },
    stop: { reason: "precise", elapsed_s: 1, blocks: 12, half_width_ratio: 0.02, ratio_half_width: null },
    models: [model("large:float32", 1, 0.9), model("large:int8", 0.1, 0.9), model("small", 0.01, 0.7)],
    comparison: [pair("large:float32", "large:int8", 10), pair("large:float32", "small", 100), pair("large:int8", "small", 10)],
    site: { zone: "World", intensity_g_per_kwh: 458, source: "Ember", year: 2025, pue: 1, default: true, embodied: null },
    pareto: [{
      dataset: "CIFAR-10", split: "test", most_accurate: "large:float32", not_on_axis: [],
      models: [
        { name: "large:float32", top1: 0.9, per_inference_g: 1, position: "unresolved", dominated_by: [], against_most_accurate: null },
        { name: "large:int8", top1: 0.9, per_inference_g: 0.1, position: "front", dominated_by: [],
          against_most_accurate: against(0.1, { value: 0, low: -0.01, high: 0.01 }) },
        { name: "small", top1: 0.7, per_inference_g: 0.01, position: "front", dominated_by: [],
          against_most_accurate: against(0.01, { value: -0.2, low: -0.22, high: -0.18 }) },
      ],
    }],
  };
}
