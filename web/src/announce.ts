// SPDX-License-Identifier: Apache-2.0
/* What a screen reader is told, politely: a change of stage at once, what ticks at most every few
 * seconds, and of what waits only the newest. */

import { createStore } from "./state/store";

const QUIET_MS = 5000;

interface Clock {
  now(): number;
  after(ms: number, run: () => void): unknown;
}

const browser: Clock = { now: () => Date.now(), after: (ms, run) => setTimeout(run, ms) };

export function announcer(say: (words: string) => void, clock: Clock = browser) {
  let said = -Infinity;
  let last = "";
  let waiting: string | null = null;
  let timed = false;

  const speak = (words: string) => {
    waiting = null;
    if (words === last) return;
    last = words;
    said = clock.now();
    say(words);
  };
  const speakLater = () => {
    timed = false;
    if (waiting !== null) tick(waiting);
  };
  const tick = (words: string) => {
    const wait = said + QUIET_MS - clock.now();
    if (wait <= 0) return speak(words);
    waiting = words;
    if (!timed) {
      timed = true;
      clock.after(wait, speakLater);
    }
  };
  return { stage: speak, tick };
}

export const announced = createStore("");

export const announce = announcer((words) => announced.set(words));
