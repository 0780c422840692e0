// SPDX-License-Identifier: Apache-2.0
/* A number that a person types. What they type stays as it is; only a good number is told. */

import { useEffect, useId, useState } from "preact/hooks";
import { typedNumber } from "../state/pricing";

interface Props {
  label: string;
  value: number;
  least: number;
  most: number;
  hint?: string;
  error: string;
  onChange: (value: number) => void;
}

export function NumberField({ label, value, least, most, hint, error, onChange }: Props) {
  const [words, setWords] = useState(String(value));
  const id = useId();
  useEffect(() => {
    if (typedNumber(words, least, most) !== value) setWords(String(value));
  }, [value]);
  const bad = typedNumber(words, least, most) === null;
  const told = bad || hint !== undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" inputMode="decimal" autocomplete="off" value={words} aria-invalid={bad}
        aria-describedby={told ? `${id}h` : undefined}
        onInput={(e) => {
          setWords(e.currentTarget.value);
          const typed = typedNumber(e.currentTarget.value, least, most);
          if (typed !== null) onChange(typed);
        }} />
      {told && <p id={`${id}h`} class={bad ? "hint error" : "hint"}>{bad ? error : hint}</p>}
    </div>
  );
}
