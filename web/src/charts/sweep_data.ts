// SPDX-License-Identifier: Apache-2.0
/* What a sweep's report says of its settings, before it is drawn or put into words. The front, its knee
 * and the advised setting are the report's own; docs/sweep.md. Pure. */
import { number, percent, quantity } from "../format";
import { hasEnergy, measuredModels, pairOf, type KnownEnergy, type MeasuredModel, type OwnSettings, type Pair, type Report } from "../report";
import type { SettingPhrase } from "../messages/charts_less.en";

export type Role = "default" | "knee" | "best";

export interface SweepPoint {
  model: MeasuredModel;
  settings: OwnSettings;
  energy: KnownEnergy;
  joules: number;
  /** 95 % by the rounds; null: too few of them. */
  low: number | null;
  high: number | null;
  items_per_s: number;
  front: boolean;
  roles: Role[];
  /** This setting over the default. */
  against: Pair | null;
}

function pointOf(report: Report, model: MeasuredModel): SweepPoint[] {
  const { sweep } = report;
  const { energy, settings, name } = model;
  if (!sweep || !settings || !hasEnergy(energy)) return [];
  const { value, statistical } = energy.gross.per_inference_j;
  if (value === null || !(value > 0) || !(energy.inference_s > 0)) return [];
  const roles = (["default", "knee", "best"] as const).filter((role) => sweep[role] === name);
  return [
    {
      model,
      settings,
      energy,
      joules: value,
      low: statistical.low !== null && statistical.low > 0 ? statistical.low : null,
      high: statistical.high,
      items_per_s: 1 / energy.inference_s,
      front: (sweep.front ?? []).some((point) => point.name === name),
      roles,
      against: name === sweep.default ? null : pairOf(report, name, sweep.default),
    },
  ];
}

/** Settings with energy, in the report's order; empty where it is of no sweep. */
export const sweepPoints = (report: Report): SweepPoint[] =>
  measuredModels(report).flatMap((model) => pointOf(report, model));

/** Least throughput first, as a line is drawn. */
export const frontOf = (points: readonly SweepPoint[]): SweepPoint[] =>
  points.filter((point) => point.front).sort((a, b) => a.items_per_s - b.items_per_s);

export type SettingWords = Pick<SettingPhrase, "threads" | "batch" | "delegate" | "precision">;

export const settingOf = ({ settings, model }: SweepPoint): SettingWords => ({
  threads: settings.threads,
  batch: settings.batch,
  delegate: model.engine.delegate,
  precision: model.precision === "as-is" ? null : model.precision,
});

const time = (model: MeasuredModel) => (model.latency ? quantity("time", model.latency.p50_s) : "–");

function accuracyOf(own: MeasuredModel, usual: MeasuredModel): SettingPhrase["accuracy"] {
  if (!own.accuracy || !usual.accuracy || own.precision === usual.precision) return null;
  const words = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [words(own.accuracy.top1), words(usual.accuracy.top1)];
}

/** A setting against the default; null: the report has no such pair. */
export function phraseOf(point: SweepPoint, usual: SweepPoint): SettingPhrase | null {
  const { against } = point;
  if (!against) return null;
  const { low, high } = against.systematic;
  return {
    ...settingOf(point),
    share: percent(against.ratio),
    range: low !== null && high !== null ? [percent(low), percent(high)] : null,
    verdict: against.verdict,
    likely: against.likely,
    method: against.method,
    time: time(point.model),
    usualTime: time(usual.model),
    rate: number(point.items_per_s),
    usualRate: number(usual.items_per_s),
    accuracy: accuracyOf(point.model, usual.model),
  };
}

export type Advice =
  | { kind: "running" }
  | { kind: "none" }
  | { kind: "take"; best: SettingPhrase }
  | { kind: "keep"; usual: SettingWords; open: SettingPhrase | null };

/** Of what is not settled, that with the fewest joules, when these are fewer than the default's. */
function openOf(points: readonly SweepPoint[]): SweepPoint | undefined {
  const ratio = (point: SweepPoint) => point.against?.ratio ?? Infinity;
  return points
    .filter((point) => ratio(point) < 1 && point.against?.verdict === "unresolved")
    .sort((a, b) => ratio(a) - ratio(b))[0];
}

export function adviceOf(report: Report, points: readonly SweepPoint[]): Advice {
  const having = (role: Role) => points.find((point) => point.roles.includes(role));
  const usual = having("default");
  const best = having("best");
  if (report.sweep?.front === undefined) return { kind: "running" };
  if (!usual) return { kind: "none" };
  const taken = best && phraseOf(best, usual);
  if (taken) return { kind: "take", best: taken };
  const open = openOf(points);
  return { kind: "keep", usual: settingOf(usual), open: open ? phraseOf(open, usual) : null };
}
