// SPDX-License-Identifier: Apache-2.0
/* Models on their way here. Their list is asked for again and again while there are any: a stream of
 * events for each would take all six connections that a browser opens to one server. */
import { announce } from "../announce";
import { asProblem } from "../api/client";
import type { Pull } from "../api/hub_types";
import { isSettled } from "../api/hub_types";
import type { CatalogModel, Problem } from "../api/types";
import { text } from "../i18n";
import { isUnderWay, missingStarters } from "./pull";
import { client, loadModels } from "./server";
import { createStore } from "./store";

const LOOK_MS = 700;

export const pulls = createStore<readonly Pull[]>([]);
/** Why the last one could not even begin, by what was asked for. */
export const refusedPulls = createStore<Readonly<Record<string, Problem>>>({});

let looking = false;
/** Somebody wants to know since the list was last asked for, which may not have what they began. */
let wanted = false;

function sayChange(before: readonly Pull[], after: readonly Pull[]): void {
  for (const pull of after) {
    const was = before.find(({ id }) => id === pull.id);
    if (was && isSettled(was.state)) continue;
    if (pull.state === "done") announce.stage(text().pulled(pull.what));
    if (pull.state === "failed") announce.stage(text().pullFailed(pull.what));
  }
}

/** Asks until none is under way; what came is then in the catalog. */
export async function followPulls(): Promise<void> {
  wanted = true;
  if (looking) return;
  looking = true;
  try {
    for (;;) {
      wanted = false;
      const before = pulls.get();
      const now = await client.pulls();
      pulls.set(now);
      if (before.length > 0) sayChange(before, now);
      const came = (list: readonly Pull[]) => list.filter(({ state }) => state === "done").length;
      if (came(now) !== came(before)) await loadModels();
      if (!wanted && !now.some(isUnderWay)) return;
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  } catch {
    // The list is told with the next pull; a server that is gone is told by everything else.
  } finally {
    looking = false;
  }
}

export async function startPull(what: string): Promise<Pull | null> {
  refusedPulls.set(({ [what]: _, ...others }) => others);
  try {
    const pull = await client.pull(what);
    pulls.set((all) => [pull, ...all.filter(({ id }) => id !== pull.id)]);
    void followPulls();
    return pull;
  } catch (error) {
    refusedPulls.set((all) => ({ ...all, [what]: asProblem(error) }));
    return null;
  }
}

export async function cancelPull(id: number): Promise<void> {
  await client.cancelPull(id).catch(() => undefined); // it may just have ended: the list tells
  await followPulls();
}

export async function pullStarters(models: readonly CatalogModel[]): Promise<void> {
  for (const { name } of missingStarters(models, pulls.get())) await startPull(name);
}
