// SPDX-License-Identifier: Apache-2.0
/* What is known of the study on show, as its events come in. Pure. */

import type { Progress, Study } from "../api/types";
import { isOver } from "../api/types";
import type { Report } from "../report";

export interface Watched {
  id: number;
  study: Study | null;
  progress: Progress | null;
  /** Provisional: priced as the study was asked to be. The kept report takes its place at the end. */
  report: Report | null;
  /** "lost": the server does not answer; it is being asked again. */
  link: "connecting" | "live" | "lost" | "over";
}

export type StudyEvent =
  | { type: "study"; study: Study }
  | { type: "progress"; progress: Progress }
  | { type: "report"; report: Report }
  | { type: "end"; study: Study }
  | { type: "open" }
  | { type: "lost" };

export const watched = (id: number): Watched => ({ id, study: null, progress: null, report: null, link: "connecting" });

export function follow(state: Watched, event: StudyEvent): Watched {
  if (state.link === "over" && event.type !== "study") return state;
  switch (event.type) {
    case "open":
      return { ...state, link: "live" };
    case "lost":
      return { ...state, link: "lost" };
    case "progress":
      return { ...state, link: "live", progress: event.progress };
    case "report":
      return { ...state, link: "live", report: event.report };
    case "study":
    case "end":
      return {
        ...state,
        study: event.study,
        progress: event.study.progress ?? (isOver(event.study.status) ? null : state.progress),
        link: isOver(event.study.status) ? "over" : state.link,
      };
  }
}

/** Seconds left at most: a study that is precise enough stops before. */
export const secondsLeft = (progress: Progress): number => Math.max(0, progress.budget_s - progress.elapsed_s);

/** 0 to 1 by the time budget. */
export const shareDone = (progress: Progress): number =>
  progress.budget_s > 0 ? Math.min(1, progress.elapsed_s / progress.budget_s) : 0;
