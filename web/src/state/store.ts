// SPDX-License-Identifier: Apache-2.0
/* A value that components watch. */

import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(next: T | ((before: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const after = typeof next === "function" ? (next as (before: T) => T)(value) : next;
      if (Object.is(after, value)) return;
      value = after;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  const [value, set] = useState(store.get());
  useEffect(() => {
    const update = () => set(() => store.get());
    update(); // it may have changed between the first drawing and now
    return store.subscribe(update);
  }, [store]);
  return value;
}

/** A store that outlives the page. Storage may be closed or hold anything: then it is as new. */
export function createKeptStore<T>(key: string, initial: T, read: (kept: unknown) => T | null): Store<T> {
  let kept: T | null = null;
  try {
    kept = read(JSON.parse(localStorage.getItem(key) ?? "null"));
  } catch {
    // Nothing usable was kept.
  }
  const store = createStore(kept ?? initial);
  store.subscribe(() => {
    try {
      localStorage.setItem(key, JSON.stringify(store.get()));
    } catch {
      // Private windows may refuse: the choice then lasts as long as the page.
    }
  });
  return store;
}
