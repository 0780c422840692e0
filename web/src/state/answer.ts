// SPDX-License-Identifier: Apache-2.0
/* What a report says, before it is put into words. Reads, never reckons. */

import type { Front, Interval, MeasuredModel, ModelCarbon, Report, Verdict } from "../report";
import { carbonGroups, measuredModels, pairOf } from "../report";

/** How the carbon of one model stands to another's. */
export interface Share {
  low: ModelCarbon;
  high: ModelCarbon;
  ratio: number;
  range: { low: number; high: number } | null;
  verdict: Verdict;
  likely: boolean;
  top1_difference: Interval | null;
  /** The least carbon whose accuracy cannot be told from that of `high`. */
  keeps: { name: string; ratio: number } | null;
}

export type Answer =
  | { kind: "none" }
  | { kind: "one"; carbon: ModelCarbon }
  | { kind: "share"; share: Share };

const frontOf = (report: Report, name: string): Front | undefined =>
  report.pareto.find((front) => front.models.some((model) => model.name === name));

/** The pair as the accuracy section has it, which knows the grams' own interval. */
function against(report: Report, low: string, high: string) {
  const front = frontOf(report, high);
  if (front?.most_accurate !== high) return null;
  return front.models.find((model) => model.name === low)?.against_most_accurate ?? null;
}

function keeping(report: Report, low: string, high: string): Share["keeps"] {
  const front = frontOf(report, high);
  if (front?.most_accurate !== high) return null;
  const same = front.models.flatMap(({ name, against_most_accurate: a }) =>
    name !== low && a?.carbon_ratio && a.carbon_ratio.value < 1 && a.verdict !== "higher" && a.top1_difference.high >= 0
      ? [{ name, ratio: a.carbon_ratio.value }]
      : [],
  );
  return same.sort((a, b) => a.ratio - b.ratio)[0] ?? null;
}

/** Of those below the most, one that nothing surely beats; where the intervals leave that open, the least. */
function leastOf(report: Report, models: ModelCarbon[]): ModelCarbon | undefined {
  const fronts = report.pareto.flatMap((front) => front.models);
  const below = models.slice(0, -1);
  const surely = below.find((carbon) => fronts.some((m) => m.name === carbon.name && m.position === "front"));
  return surely ?? models[0];
}

export function answerOf(report: Report): Answer {
  const group = carbonGroups(report)[0];
  const high = group?.models[group.models.length - 1];
  if (!group || !high) return { kind: "none" };
  const low = leastOf(report, group.models);
  if (!low || low.name === high.name) return { kind: "one", carbon: high };
  const known = against(report, low.name, high.name);
  const pair = pairOf(report, low.name, high.name);
  const ratio = known?.carbon_ratio?.value ?? pair?.carbon_ratio ?? null;
  if (ratio === null || !pair) return { kind: "one", carbon: low };
  return {
    kind: "share",
    share: {
      low,
      high,
      ratio,
      range: known?.carbon_ratio ?? null,
      verdict: known?.verdict ?? pair.verdict,
      likely: known?.likely ?? pair.likely,
      top1_difference: known?.top1_difference ?? null,
      keeps: keeping(report, low.name, high.name),
    },
  };
}

export const fastest = (report: Report): MeasuredModel | null =>
  measuredModels(report).reduce<MeasuredModel | null>(
    (best, model) => (model.latency && (!best?.latency || model.latency.p50_s < best.latency.p50_s) ? model : best),
    null,
  );

export interface Alternative {
  name: string;
  ratio: number;
  verdict: Verdict;
  likely: boolean;
  /** The same model in another precision: "cifar10-large:int8" beside "cifar10-large:float32". */
  same_model: boolean;
  top1_difference: Interval | null;
}

const modelPart = (name: string): string => name.replace(/:[^:]*$/, "");

/** What emits less than `name`, the largest saving first. */
export function alternativesTo(report: Report, name: string): Alternative[] {
  return measuredModels(report)
    .flatMap((model): Alternative[] => {
      const pair = model.name === name ? null : pairOf(report, model.name, name);
      if (!pair || pair.carbon_ratio === null || pair.carbon_ratio >= 1) return [];
      const { verdict, likely, carbon_ratio: ratio } = pair;
      const same_model = model.name.includes(":") && modelPart(model.name) === modelPart(name);
      const known = against(report, model.name, name);
      return [{ name: model.name, ratio, verdict, likely, same_model, top1_difference: known?.top1_difference ?? null }];
    })
    .sort((a, b) => a.ratio - b.ratio);
}

/** At the rate that was asked for, idle power is nearly all: the choice of the model matters little. */
export function idleDecides(report: Report): boolean {
  const shares = measuredModels(report).flatMap((model) => {
    const rate = model.footprint?.at_rate;
    return rate && !("reason" in rate) && rate.idle_ratio !== null ? [rate.idle_ratio] : [];
  });
  return shares.length > 1 && Math.min(...shares) > 0.9;
}

/** An inference took far longer than its latency: others used the CPU meanwhile. */
export const disturbed = (report: Report): boolean =>
  measuredModels(report).some(
    (model) =>
      model.energy.method !== "unavailable" && model.latency !== null && model.energy.inference_s > 1.2 * model.latency.p50_s,
  );
