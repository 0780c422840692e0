// SPDX-License-Identifier: Apache-2.0
/* What the page reads from a report; its types come along. */
import type {
  Bounds,
  FailedModel,
  KnownEnergy,
  MeasuredModel,
  Method,
  Model,
  NoEnergy,
  NoRate,
  Pair,
  Part,
  PartName,
  Rate,
  Report,
} from "./report_types";

export * from "./report_types";

export const isMeasured = (model: Model): model is MeasuredModel => model.error === undefined;

export const measuredModels = (report: Report): MeasuredModel[] => report.models.filter(isMeasured);

export const failedModels = (report: Report): FailedModel[] =>
  report.models.filter((model): model is FailedModel => !isMeasured(model));

export const hasEnergy = (energy: KnownEnergy | NoEnergy): energy is KnownEnergy => energy.method !== "unavailable";

export const isRate = (rate: Rate | NoRate | undefined): rate is Rate => rate !== undefined && !("reason" in rate);

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
    bound === null ? null : total.value + sign * Math.hypot(distance(bound), (made ?? 0) - (embodied_g?.value ?? 0));
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

/** What the others are held against: the chosen model, else a sweep's default, else the most accurate, else the largest. */
export function reference(report: Report, chosen: string | undefined): string | null {
  const known = carbonGroups(report).flatMap((group) => group.models);
  if (chosen !== undefined && known.some((carbon) => carbon.name === chosen)) return chosen;
  const usual = report.sweep?.default; // verdicts of a sweep are against it alone
  if (usual !== undefined && known.some((carbon) => carbon.name === usual)) return usual;
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
