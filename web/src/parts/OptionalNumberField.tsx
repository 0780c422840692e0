// SPDX-License-Identifier: Apache-2.0
/* A number that may be left out. What is typed stays as it is; only a good number, or none, is told. */

import { useEffect, useId, useState } from "preact/hooks";
import { typedNumber } from "../state/pricing";

interface Props {
  label: string;
  value: number | null;
  least: number;
  most: number;
  hint?: string;
  error: string;
  onChange: (value: number | null) => void;
}

export function OptionalNumberField({ label, value, least, most, hint, error, onChange }: Props) {
  const shown = value === null ? "" : String(value);
  const [words, setWords] = useState(shown);
  const id = useId();
  const typed = typedNumber(words, least, most);
  const empty = words.trim() === "";
  useEffect(() => {
    if (empty ? value !== null : typed !== value) setWords(shown);
  }, [value]);
  const bad = !empty && typed === null;
  const told = bad || hint !== undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" inputMode="decimal" autocomplete="off" value={words} aria-invalid={bad}
        aria-describedby={told ? `${id}h` : undefined}
        onInput={(e) => {
          const next = e.currentTarget.value;
          const number = typedNumber(next, least, most);
          setWords(next);
          if (next.trim() === "" || number !== null) onChange(number);
        }} />
      {told && <p id={`${id}h`} class={bad ? "hint error" : "hint"}>{bad ? error : hint}</p>}
    </div>
  );
}
