// SPDX-License-Identifier: Apache-2.0
/* Answers that are asked for when they are wanted: of other tools, and of the calculator. */

import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, isAbort } from "../api/client";
import type { Problem } from "../api/types";

export interface Asked<T> {
  value: T | null;
  problem: Problem | null;
  /** What is shown is of an earlier question. */
  pending: boolean;
}

/** The answer to the newest question. A question that is followed by another within `settleMs` is not
 * asked, and one that is under way is ended; the last answer stays until the next one is there. */
export function useAsked<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>, settleMs: number): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ value: null, problem: null, pending: false });
  const first = useRef(true);
  useEffect(() => {
    if (key === null) return;
    const aborter = new AbortController();
    setAsked((before) => ({ ...before, pending: true }));
    const timer = setTimeout(() => {
      ask(aborter.signal).then(
        (value) => setAsked({ value, problem: null, pending: false }),
        (error) => {
          if (!isAbort(error)) setAsked((before) => ({ value: before.value, problem: asProblem(error), pending: false }));
        },
      );
    }, first.current ? 0 : settleMs);
    first.current = false;
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [key]);
  return asked;
}

/** Whether an element has been near the window once: what is far below is not asked for. */
export function useSeen() {
  const place = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !place.current) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true),
      { rootMargin: "300px" });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [seen]);
  return { place, seen };
}
