// SPDX-License-Identifier: Apache-2.0
/* A number that a person types. What they type stays as it is; only a good number is told. */

import { useEffect, useId, useState } from "preact/hooks";
import { typedNumber } from "../state/pricing";

interface Props<Value> {
  label: string;
  value: Value;
  least: number;
  most: number;
  whole?: boolean;
  hint?: string | undefined;
  error: string;
  onChange: (value: Value) => void;
}

export const NumberField = ({ onChange, ...props }: Props<number>) => (
  <Field {...props} optional={false} onChange={(value) => value !== null && onChange(value)} />
);

/** One that may be left out: null is told where nothing stands in it. */
export const OptionalNumberField = (props: Props<number | null>) => <Field {...props} optional />;

function Field({ label, value, least, most, whole = false, hint, error, optional, onChange }: Props<number | null> & { optional: boolean }) {
  const shown = value === null ? "" : String(value);
  const [words, setWords] = useState(shown);
  const id = useId();
  const read = (text: string) => typedNumber(text, least, most, whole);
  const isGood = (text: string) => read(text) !== null || (optional && text.trim() === "");
  useEffect(() => {
    if (read(words) !== value) setWords(shown);
  }, [value]);
  const bad = !isGood(words);
  const told = bad || hint !== undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" inputMode="decimal" autocomplete="off" value={words} aria-invalid={bad}
        aria-describedby={told ? `${id}h` : undefined}
        onInput={(e) => {
          const next = e.currentTarget.value;
          setWords(next);
          if (isGood(next)) onChange(read(next));
        }} />
      {told && <p id={`${id}h`} class={bad ? "hint error" : "hint"}>{bad ? error : hint}</p>}
    </div>
  );
}
