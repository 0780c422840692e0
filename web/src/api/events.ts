// SPDX-License-Identifier: Apache-2.0
/* Follows a study until it ends. EventSource comes back by itself after a lost connection, but not
 * after a refusal (a server that starts anew): then the study is asked for, and watched again. */

import type { StudyEvent } from "../state/study";
import type { Client } from "./client";
import { Refusal } from "./client";
import { isOver } from "./types";

/** No answer, too many requests, or a server that is not well. */
const isTemporary = (status: number): boolean => status === 0 || status === 429 || status >= 500;

const WAITS_MS = [500, 1000, 2000, 4000, 8000];

export function watch(client: Client, id: number, tell: (event: StudyEvent) => void, refuse: (error: Refusal) => void) {
  let source: EventSource | null = null;
  let timer = 0;
  let tries = 0;
  let stopped = false;

  const stop = () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
  };

  const again = () => {
    if (stopped) return;
    tell({ type: "lost" });
    const wait = WAITS_MS[Math.min(tries++, WAITS_MS.length - 1)];
    clearTimeout(timer);
    timer = window.setTimeout(look, wait);
  };

  async function look() {
    try {
      const study = await client.study(id);
      if (stopped) return;
      tell({ type: "study", study });
      if (!isOver(study.status)) listen();
    } catch (error) {
      if (stopped) return;
      if (!(error instanceof Refusal) || isTemporary(error.problem.status)) again();
      else refuse(error);
    }
  }

  function listen() {
    source?.close();
    const events = new EventSource(client.eventsPath(id));
    source = events;
    events.onopen = () => {
      tries = 0;
      tell({ type: "open" });
    };
    events.onerror = () => {
      if (stopped || events !== source) return;
      events.close();
      again();
    };
    const hear = (type: string, read: (data: never) => StudyEvent) =>
      events.addEventListener(type, (event) => {
        if (!stopped && events === source) tell(read(JSON.parse((event as MessageEvent<string>).data) as never));
      });
    hear("progress", (progress) => ({ type: "progress", progress }));
    hear("report", (report) => ({ type: "report", report }));
    hear("study", (study) => ({ type: "study", study }));
    hear("end", (study) => {
      stop();
      return { type: "end", study };
    });
  }

  void look();
  return stop;
}
