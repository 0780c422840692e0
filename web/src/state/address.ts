// SPDX-License-Identifier: Apache-2.0
/* The address bar, as a store. */

import type { Route } from "./route";
import { parseRoute, routeHash } from "./route";
import { createStore } from "./store";

export const route = createStore<Route>(parseRoute(location.hash));

/** `replace`: a control moved, which the back button need not undo step by step. */
export function go(next: Route, how: "push" | "replace" = "push"): void {
  const hash = routeHash(next);
  if (hash === location.hash) return;
  if (how === "replace") history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  route.set(parseRoute(hash));
}

export function followAddress(): void {
  window.addEventListener("hashchange", () => route.set(parseRoute(location.hash)));
  window.addEventListener("popstate", () => route.set(parseRoute(location.hash)));
}
