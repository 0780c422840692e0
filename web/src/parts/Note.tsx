// SPDX-License-Identifier: Apache-2.0
/* Small things that many scenes use. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { UNREACHABLE } from "../api/client";
import type { Problem } from "../api/types";
import { useText } from "../i18n";

/** The server's sentences begin small and have no full stop, as those of a terminal. A name or an address
 * at the beginning stays as it is. */
export const asSentence = (words: string): string => {
  const begun = /^[a-z']+[ ,;]/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
};

/** What went wrong, beside what caused it: the server's own sentence. */
export function ProblemNote({ problem, onRetry }: { problem: Problem | null; onRetry?: (() => void) | undefined }) {
  const t = useText();
  if (!problem) return null;
  return (
    <div class="note bad" role="alert">
      <p>
        {problem.code === UNREACHABLE ? t.unreachable : asSentence(problem.detail || problem.title)}
        {problem.retry_after_s !== undefined && ` ${t.retryIn(problem.retry_after_s)}`}
      </p>
      {onRetry && <button type="button" onClick={onRetry}>{t.retry}</button>}
    </div>
  );
}

export function Note({ kind, children }: { kind: "good" | "bad" | "plain"; children: ComponentChildren }) {
  return <div class={`note ${kind}`} role={kind === "bad" ? "alert" : "status"}><p>{children}</p></div>;
}

/** A button that asks once more before it does what cannot be undone. */
export function SureButton({ label, sure, yes, no, onYes }: {
  label: string; sure: string; yes: string; no: string; onYes: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const answer = useRef<HTMLButtonElement>(null);
  useEffect(() => answer.current?.focus(), [asking]);
  if (!asking) return <button type="button" class="quiet" onClick={() => setAsking(true)}>{label}</button>;
  return (
    <span class="sure" role="group" aria-label={sure} onKeyDown={(e) => e.key === "Escape" && setAsking(false)}>
      <span>{sure}</span>
      <button type="button" class="danger" ref={answer} onClick={onYes}>{yes}</button>
      <button type="button" onClick={() => setAsking(false)}>{no}</button>
    </span>
  );
}

/** The value, once it has not changed for a while. */
export function useSettled<T>(value: T, ms: number, same: (a: T, b: T) => boolean): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (same(settled, value)) return;
    const timer = setTimeout(() => setSettled(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, settled]);
  return settled;
}
