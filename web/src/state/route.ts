// SPDX-License-Identifier: Apache-2.0
/* The address says which scene is shown and how it is priced: /#/study/12?zone=KR&rate=1000 */

import type { Pricing } from "./pricing";
import { MOST_INTENSITY, MOST_PUE, WORLD, typedNumber } from "./pricing";

export type Route =
  | { scene: "new" }
  | { scene: "study"; id: number; pricing: Pricing | null }
  | { scene: "history" }
  | { scene: "compare"; a: number; b: number };

const MOST_RATE = 1e15;

function readPricing(query: URLSearchParams): Pricing | null {
  const known = ["zone", "intensity", "pue", "embodied", "rate"];
  if (!known.some((key) => query.has(key))) return null;
  const number = (key: string, least: number, most: number) => typedNumber(query.get(key) ?? "", least, most);
  const zone = query.get("zone");
  const intensity = number("intensity", 0, MOST_INTENSITY);
  return {
    zone: zone && /^[\w .()-]{1,64}$/.test(zone) ? zone : WORLD.zone,
    intensity,
    pue: number("pue", 1, MOST_PUE) ?? WORLD.pue,
    embodied: query.get("embodied") !== "0",
    requests_per_day: number("rate", 0, MOST_RATE) ?? WORLD.requests_per_day,
  };
}

/** What the zone is, and else only what differs from the usual. */
function writePricing(pricing: Pricing): string {
  const query = new URLSearchParams();
  if (pricing.intensity !== null) query.set("intensity", String(pricing.intensity));
  else query.set("zone", pricing.zone);
  if (pricing.pue !== WORLD.pue) query.set("pue", String(pricing.pue));
  if (!pricing.embodied) query.set("embodied", "0");
  if (pricing.requests_per_day !== 0) query.set("rate", String(pricing.requests_per_day));
  return `?${query}`;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [scene, first, second] = path.split("/");
  const id = (word: string | undefined) => (word && /^[1-9]\d{0,15}$/.test(word) ? Number(word) : null);
  const a = id(first);
  const b = id(second);
  if (scene === "study" && a !== null) return { scene, id: a, pricing: readPricing(new URLSearchParams(query)) };
  if (scene === "compare" && a !== null && b !== null) return { scene, a, b };
  return scene === "history" ? { scene } : { scene: "new" };
}

export function routeHash(route: Route): string {
  switch (route.scene) {
    case "new":
      return "#/";
    case "history":
      return "#/history";
    case "compare":
      return `#/compare/${route.a}/${route.b}`;
    case "study":
      return `#/study/${route.id}${route.pricing ? writePricing(route.pricing) : ""}`;
  }
}
