// SPDX-License-Identifier: Apache-2.0
/* Follows something of the server until it ends. A connection that is lost comes back by itself:
 * EventSource tells the server with Last-Event-ID what it has seen. It gives up at a refusal (a server
 * that starts anew, a proxy): then the thing is asked for, and listened to again from the beginning,
 * which costs little, because each event tells the whole present state of its kind. */
import { Refusal } from "./client";

export interface Followed<T> {
  /** What it is now; `over`: nothing more will happen to it. */
  look: () => Promise<T>;
  over: (now: T) => boolean;
  /** Where its events are. */
  path: string;
  /** The kinds of its events; after `end` there are no more. */
  kinds: readonly string[];
  tell: (news: News<T>) => void;
  refuse: (error: Refusal) => void;
}

export type News<T> =
  | { type: "now"; value: T }
  | { type: "event"; kind: string; data: unknown }
  | { type: "open" }
  | { type: "lost" };

/** No answer, too many requests, or a server that is not well. */
const isTemporary = (status: number): boolean => status === 0 || status === 429 || status >= 500;

const WAITS_MS = [500, 1000, 2000, 4000, 8000];

export function followEvents<T>({ look, over, path, kinds, tell, refuse }: Followed<T>): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let stopped = false;

  const stop = () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
  };

  const again = () => {
    tell({ type: "lost" });
    const wait = WAITS_MS[Math.min(tries++, WAITS_MS.length - 1)];
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), wait);
  };

  async function ask() {
    try {
      const value = await look();
      if (stopped) return;
      tell({ type: "now", value });
      if (!over(value)) listen();
    } catch (error) {
      if (stopped) return;
      if (!(error instanceof Refusal) || isTemporary(error.problem.status)) again();
      else refuse(error);
    }
  }

  function listen() {
    const events = new EventSource(path);
    source = events;
    events.onopen = () => {
      tries = 0;
      tell({ type: "open" });
    };
    events.onerror = () => {
      if (stopped) return;
      if (events.readyState === EventSource.CLOSED) again();
      else tell({ type: "lost" });
    };
    for (const kind of kinds)
      events.addEventListener(kind, (event) => {
        if (stopped) return;
        if (kind === "end") stop();
        tell({ type: "event", kind, data: JSON.parse((event as MessageEvent<string>).data) });
      });
  }

  void ask();
  return stop;
}
