// SPDX-License-Identifier: Apache-2.0
/* A person's own file of their grid's past: kept while the page is open, sent along with each question, and told
 * apart from the question where the server refuses one of them. */

import { asProblem, isAbort } from "../api/client";
import type { TypicalDay, TypicalHour } from "../api/alternatives_types";
import type { Problem } from "../api/types";
import { createStore } from "./store";

export interface PastFile {
  name: string;
  /** In memory: the file may change or go. */
  bytes: Blob;
}

export interface RefusedFile {
  name: string;
  problem: Problem;
}

export const pastFile = createStore<PastFile | null>(null);
export const refusedFile = createStore<RefusedFile | null>(null);

/** As the server's own limit. */
export const MOST_PAST_BYTES = 4 * 1024 * 1024;

/** Codes of the page's own refusals, whose words are the page's too. */
export const PAST_TOO_LARGE = "past-too-large";
export const PAST_UNREADABLE = "past-unreadable";

const ownProblem = (code: string): Problem => ({ title: code, status: 0, detail: "", code });

/** What is refused leaves an earlier file in its place. */
export async function takePast(file: File): Promise<void> {
  if (file.size > MOST_PAST_BYTES) {
    refusedFile.set({ name: file.name, problem: ownProblem(PAST_TOO_LARGE) });
    return;
  }
  try {
    const bytes = new Blob([await file.arrayBuffer()]);
    refusedFile.set(null);
    pastFile.set({ name: file.name, bytes });
  } catch {
    refusedFile.set({ name: file.name, problem: ownProblem(PAST_UNREADABLE) }); // a folder, or it is gone
  }
}

export function dropPast(): void {
  refusedFile.set(null);
  pastFile.set(null);
}

/** What the server says of a body that it does not take. */
const OF_THE_FILE = [400, 413, 415, 422];

/** The answer, with the file where it is taken. Where it is not, the same question without it tells whether the file
 * was the reason: then there is an answer and `refused`, else the question's own refusal is thrown. */
export async function askWithPast<T>(file: PastFile | null, ask: (past: Blob | null) => Promise<T>):
  Promise<{ answer: T; refused: Problem | null }> {
  try {
    return { answer: await ask(file?.bytes ?? null), refused: null };
  } catch (error) {
    const problem = isAbort(error) ? null : asProblem(error);
    if (!file || !problem || !OF_THE_FILE.includes(problem.status)) throw error;
    return { answer: await ask(null), refused: problem };
  }
}

/* ---- its hours ------------------------------------------------------------------------------- */

const twoDigits = (n: number): string => String(n).padStart(2, "0");

/** "03:00". */
export const hourClock = (hourUtc: number): string => `${twoDigits(hourUtc % 24)}:00`;

export const leastOfDay = ({ hours }: TypicalDay): TypicalHour | null =>
  hours.reduce<TypicalHour | null>((least, hour) => (least && least.g_per_kwh <= hour.g_per_kwh ? least : hour), null);

/** The clock of the reader at an hour of UTC, on the day of `now`: a summer's clock is another than a winter's. */
export function clockHere(hourUtc: number, now: Date): string {
  const at = new Date(now);
  at.setUTCHours(hourUtc, 0, 0, 0);
  return `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
}
