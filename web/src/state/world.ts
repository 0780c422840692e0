// SPDX-License-Identifier: Apache-2.0
/* The shapes of the countries: fetched when a map is first shown, or written into the file. */

import type { WorldTopology } from "../charts";
import { createStore } from "./store";

export const world = createStore<WorldTopology | null>(null);

let asked = false;

/** Without it the map is missing and the tables stay: nobody is told of a failure that costs no figure. */
export async function loadWorld(): Promise<void> {
  if (asked || world.get()) return;
  asked = true;
  try {
    const response = await fetch("world.json");
    if (response.ok) world.set((await response.json()) as WorldTopology);
  } finally {
    asked = world.get() !== null;
  }
}
