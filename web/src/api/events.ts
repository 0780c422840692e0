// SPDX-License-Identifier: Apache-2.0
/* The events of a study. */
import type { Report } from "../report";
import type { StudyEvent } from "../state/study";
import type { Client, Refusal } from "./client";
import { followEvents } from "./stream";
import type { Progress, Study } from "./types";
import { isOver } from "./types";

const EVENTS: Record<string, (data: never) => StudyEvent> = {
  progress: (progress: Progress) => ({ type: "progress", progress }),
  report: (report: Report) => ({ type: "report", report }),
  study: (study: Study) => ({ type: "study", study }),
  end: (study: Study) => ({ type: "end", study }),
};

export function watch(client: Client, id: number, tell: (event: StudyEvent) => void, refuse: (error: Refusal) => void) {
  return followEvents<Study>({
    look: () => client.study(id),
    over: ({ status }) => isOver(status),
    path: client.eventsPath(id),
    kinds: Object.keys(EVENTS),
    refuse,
    tell: (news) => {
      if (news.type === "now") tell({ type: "study", study: news.value });
      else if (news.type === "event") tell((EVENTS[news.kind] as (data: unknown) => StudyEvent)(news.data));
      else tell(news);
    },
  });
}
