// SPDX-License-Identifier: Apache-2.0
/* Small reports with round numbers, so that a test's figures can be reckoned in the head. */

const interval = (value, low, high) => ({ value, low, high });

/** 1 g operational and 0.5 g of manufacturing per joule; the rounds +-10 %, the counter x0.5 to x2. */
export function model(name, joules, { method = "estimated", accuracy = null, ...rest } = {}) {
  return {
    name,
    precision: "int8",
    predictions: [{ label: "cat", index: 3, score: 0.5 }],
    guesses: [],
    knows: { classes: 2, first: ["cat", "dog"], from: "card" },
    accuracy,
    load: {
      seconds: 3,
      first_inference_s: 1,
      cold_s: 4,
      gross_j: 8,
      first_inference_j: 2,
      cold_j: interval(10, 5, 20),
      method,
    },
    latency: { p50_s: 1, p90_s: 2, p99_s: null, samples: 100 },
    stages: [
      { stage: "decode", seconds: 1, gross_j: joules, method, rounds: 3 },
      { stage: "preprocess", seconds: 1, gross_j: joules, method, rounds: 3 },
      { stage: "postprocess", seconds: 1, gross_j: joules, method, rounds: 3 },
    ],
    energy: {
      method,
      parts: [
        {
          part: "cpu",
          method: method === "estimated" ? "estimated" : "measured",
          sensor: "s",
          joules: joules / 2,
          headline: true,
        },
        {
          part: "memory",
          method: method === "measured" ? "measured" : "estimated",
          sensor: "s",
          joules: joules / 2,
          headline: true,
        },
        { part: "gpu", method: "unavailable", sensor: null, joules: null, headline: true },
      ],
      gross: {
        per_inference_j: {
          value: joules,
          statistical: { low: 0.9 * joules, high: 1.1 * joules },
          systematic: { low: 0.5 * joules, high: 2 * joules },
        },
        rounds: 12,
        enough_rounds: true,
      },
      inference_s: 1,
    },
    footprint: {
      per_inference_g: interval(1.5 * joules, joules, 3 * joules),
      operational_g: interval(joules, 0.5 * joules, 2 * joules),
      embodied_g: interval(0.5 * joules, 0.125 * joules, 1.25 * joules),
      cold_g: interval(10, 5, 20),
    },
    ...rest,
  };
}

export const failed = (name) => ({
  name,
  precision: "as-is",
  guesses: [],
  error: { code: "invalid", message: "no model" },
});

export const pair = (a, b, ratio, verdict, likely = true) => ({
  a,
  b,
  ratio,
  method: likely ? "estimated" : "measured",
  statistical: { low: 0.9 * ratio, high: 1.1 * ratio },
  systematic: { low: 0.5 * ratio, high: 2 * ratio },
  verdict,
  likely,
  p_value: 0.01,
  rounds: 12,
  carbon_ratio: ratio,
});

export const against = (difference, carbon, verdict, likely = true) => ({
  top1_difference: interval(difference, difference - 0.003, difference + 0.003),
  carbon_ratio: interval(carbon, 0.9 * carbon, 1.1 * carbon),
  verdict,
  likely,
  method: likely ? "estimated" : "measured",
});

export function report(models, { comparison = [], pareto = [], reason = "precise" } = {}) {
  return {
    schema: "miev.report/1",
    input: { name: "cat.jpg" },
    stop: { reason },
    models,
    comparison,
    pareto,
    site: { zone: "South Korea", year: 2025, intensity_g_per_kwh: 417, pue: 1 },
  };
}
