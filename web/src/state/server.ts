// SPDX-License-Identifier: Apache-2.0
/* What the server has: loaded once, and again when something was added. */

import type { CatalogModel, InputFile, MachineInfo, Problem, Study, Zone } from "../api/types";
import { Client, asProblem } from "../api/client";
import type { Store } from "./store";
import { createStore } from "./store";

export interface Loaded<T> {
  value: T | null;
  problem: Problem | null;
}

const nothing = { value: null, problem: null };

/** Stays the same for a tab: the queue is shared fairly between those who wait. */
function clientId(): string {
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  try {
    const kept = sessionStorage.getItem("miev.client") ?? fresh();
    sessionStorage.setItem("miev.client", kept);
    return kept;
  } catch {
    return fresh();
  }
}

export const machine = createStore<Loaded<MachineInfo>>(nothing);
export const models = createStore<Loaded<CatalogModel[]>>(nothing);
export const inputs = createStore<Loaded<InputFile[]>>(nothing);
export const zones = createStore<Loaded<Zone[]>>(nothing);
export const studies = createStore<Loaded<Study[]>>(nothing);
export const tokenWanted = createStore(false);

/** Whatever was asked: a server that started anew has forgotten who signed in. */
async function send(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  if (response.status === 401) tokenWanted.set(true);
  return response;
}

export const client = new Client(clientId(), send);

export async function load<T>(store: Store<Loaded<T>>, ask: () => Promise<T>): Promise<void> {
  try {
    const value = await ask();
    store.set({ value, problem: null });
  } catch (error) {
    const problem = asProblem(error);
    store.set((before) => ({ ...before, problem }));
  }
}

export const loadMachine = () => load(machine, client.machine);
export const loadModels = () => load(models, client.models);
export const loadInputs = () => load(inputs, client.inputs);
export const loadZones = () => load(zones, client.zones);
export const loadStudies = () => load(studies, client.studies);

export const loadAll = () => Promise.all([loadMachine(), loadModels(), loadInputs(), loadZones(), loadStudies()]);
