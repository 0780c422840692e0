// SPDX-License-Identifier: Apache-2.0
/* The address says which scene is shown, how it is priced and how far one has come:
 * /#/study/12?zone=KR&rate=1000&latency=5, /#/publish/evaluate?model=cifar10-nano:int8&study=12 */

import type { Work } from "./estimating";
import { readWork, workWords } from "./estimating";
import type { LabelForm } from "./label_forms";
import { LABEL_FORMS } from "./label_forms";
import type { Pricing } from "./pricing";
import { LEAST_LIFETIME, MOST_INTENSITY, MOST_LIFETIME, MOST_PUE, WORLD, typedNumber } from "./pricing";
import type { Wish } from "./wish";
import { readWish, writeWish } from "./wish";

export type Route =
  | { scene: "new" }
  | { scene: "study"; id: number; pricing: Pricing | null; wish?: Wish | undefined }
  | { scene: "history" }
  | { scene: "compare"; a: number; b: number }
  | { scene: "models" }
  | { scene: "estimate"; work: Work }
  | { scene: "model"; id: string }
  | ({ scene: "publish" } & Publishing);

export const STEPS = ["model", "measure", "evaluate", "label"] as const;
export type Step = (typeof STEPS)[number];

/** The way of a publisher, as far as it has been gone. */
export interface Publishing {
  step: Step;
  model: string | null;
  study: number | null;
  dataset: string | null;
  evaluation: number | null;
  /** How the label is shown. */
  form: LabelForm | null;
}

export const publish = (part: Partial<Publishing>): Route =>
  ({ scene: "publish", step: "model", model: null, study: null, dataset: null, evaluation: null, form: null, ...part });

const MOST_RATE = 1e15;

function readPricing(query: URLSearchParams): Pricing | null {
  const known = ["zone", "intensity", "pue", "embodied", "lifetime", "rate", "hour"];
  if (!known.some((key) => query.has(key))) return null;
  const number = (key: string, least: number, most: number) => typedNumber(query.get(key) ?? "", least, most);
  const zone = query.get("zone");
  const intensity = number("intensity", 0, MOST_INTENSITY);
  const hour = query.get("hour");
  return {
    zone: zone && /^[\w .()-]{1,64}$/.test(zone) ? zone : WORLD.zone,
    intensity,
    pue: number("pue", 1, MOST_PUE) ?? WORLD.pue,
    embodied: query.get("embodied") !== "0",
    lifetime_years: number("lifetime", LEAST_LIFETIME, MOST_LIFETIME),
    hour: intensity === null && hour !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(hour) ? hour : null,
    requests_per_day: number("rate", 0, MOST_RATE) ?? WORLD.requests_per_day,
  };
}

/** What the zone is, and else only what differs from the usual. */
function writePricing(query: URLSearchParams, pricing: Pricing): void {
  if (pricing.intensity !== null) query.set("intensity", String(pricing.intensity));
  else query.set("zone", pricing.zone);
  if (pricing.pue !== WORLD.pue) query.set("pue", String(pricing.pue));
  if (!pricing.embodied) query.set("embodied", "0");
  if (pricing.lifetime_years !== null) query.set("lifetime", String(pricing.lifetime_years));
  if (pricing.requests_per_day !== 0) query.set("rate", String(pricing.requests_per_day));
  if (pricing.hour !== null && pricing.intensity === null) query.set("hour", pricing.hour);
}

function writeStudy(id: number, pricing: Pricing | null, wish: Wish | undefined): string {
  const query = new URLSearchParams();
  if (pricing) writePricing(query, pricing);
  if (wish) writeWish(query, wish);
  const words = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  return `#/study/${id}${words ? `?${words}` : ""}`;
}

function readStudy(id: number, query: URLSearchParams): Route {
  const wish = readWish(query);
  return { scene: "study", id, pricing: readPricing(query), ...(wish && { wish }) };
}

/** A name that came in by the address: of a model, of a dataset, of an evaluation. */
export const isName = (word: string): boolean => /^[\w .:@/+-]{1,200}$/.test(word);
const named = (word: string | null | undefined): string | null => (word && isName(word) ? word : null);

function decoded(word: string): string | null {
  try {
    return decodeURIComponent(word);
  } catch {
    return null; // a lone % is no name
  }
}

function readPublishing(step: string | undefined, query: URLSearchParams): Publishing {
  return {
    step: STEPS.find((known) => known === step) ?? "model",
    model: named(query.get("model")),
    study: numbered(query.get("study")),
    dataset: named(query.get("dataset")),
    evaluation: numbered(query.get("evaluation")),
    form: LABEL_FORMS.find((known) => known === query.get("form")) ?? null,
  };
}

function writePublishing({ step, model, study, dataset, evaluation, form }: Publishing): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries({ model, study, dataset, evaluation, form: step === "label" ? form : null }))
    if (value !== null) query.set(key, String(value));
  const words = query.toString().replaceAll("%3A", ":");
  return `#/publish/${step}${words ? `?${words}` : ""}`;
}

const numbered = (word: string | null | undefined) => (word && /^[1-9]\d{0,15}$/.test(word) ? Number(word) : null);

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [scene, first, second] = path.split("/");
  const a = numbered(first);
  const b = numbered(second);
  const model = named(decoded(first ?? ""));
  if (scene === "study" && a !== null) return readStudy(a, new URLSearchParams(query));
  if (scene === "compare" && a !== null && b !== null) return { scene, a, b };
  if (scene === "model" && model !== null) return { scene, id: model };
  if (scene === "estimate") return { scene, work: readWork(new URLSearchParams(query)) };
  if (scene === "publish") return { scene, ...readPublishing(first, new URLSearchParams(query)) };
  return scene === "history" || scene === "models" ? { scene } : { scene: "new" };
}

export function routeHash(route: Route): string {
  switch (route.scene) {
    case "new":
      return "#/";
    case "history":
    case "models":
      return `#/${route.scene}`;
    case "model":
      return `#/model/${encodeURIComponent(route.id).replaceAll("%3A", ":")}`;
    case "publish":
      return writePublishing(route);
    case "estimate": {
      const words = workWords(route.work);
      return `#/estimate${words ? `?${words}` : ""}`;
    }
    case "compare":
      return `#/compare/${route.a}/${route.b}`;
    case "study":
      return writeStudy(route.id, route.pricing, route.wish);
  }
}
