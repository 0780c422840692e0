// SPDX-License-Identifier: Apache-2.0
/* A searchable list: a combobox as the ARIA authoring practices have it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props<T> {
  label: string;
  /** What stands there while nobody types. */
  shown: string;
  placeholder: string;
  /** What is listed for the words typed, best first. */
  matches: (typed: string) => readonly T[];
  none: string;
  onChoose: (item: T) => void;
  /** One line of the list. */
  children: (item: T) => ComponentChildren;
}

/** A longer list would be slow to draw and is searched, not scrolled. */
const MOST_SHOWN = 300;

export function Combo<T>({ label, shown, placeholder, matches: find, none, onChoose, children }: Props<T>) {
  const [words, setWords] = useState<string | null>(null); // null: nobody is typing
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const open = words !== null;
  const matches = open ? find(words).slice(0, MOST_SHOWN) : [];
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at, open]);
  // What is typed next takes the place of the name that stands there. Before the next key can come:
  // selected later, it would take away what was typed meanwhile.
  useLayoutEffect(() => {
    if (!open && document.activeElement === input.current) input.current?.select();
  }, [open]);

  const begin = () => {
    setWords("");
    setAt(0);
  };
  const choose = (item: T | undefined) => {
    if (item !== undefined) onChoose(item);
    setWords(null);
  };
  const key = (event: KeyboardEvent) => {
    const last = matches.length - 1;
    const moves: Record<string, () => void> = {
      ArrowDown: () => (open ? setAt(Math.min(at + 1, last)) : begin()),
      ArrowUp: () => (open ? setAt(Math.max(at - 1, 0)) : begin()),
      PageDown: () => setAt(Math.min(at + 8, last)),
      PageUp: () => setAt(Math.max(at - 8, 0)),
      Enter: () => (open ? choose(matches[at]) : begin()),
      Escape: () => setWords(null),
    };
    const move = moves[event.key];
    if (!move || (!open && event.key === "Escape")) return;
    event.preventDefault();
    move();
  };

  return (
    <div class="combo">
      <input ref={input} id={`${id}i`} type="text" role="combobox" autocomplete="off" spellcheck={false} aria-label={label}
        aria-expanded={open} aria-controls={`${id}l`} aria-autocomplete="list"
        aria-activedescendant={open && matches[at] !== undefined ? `${id}${at}` : undefined}
        placeholder={placeholder} value={words ?? shown}
        onFocus={(e) => e.currentTarget.select()}
        onClick={() => !open && begin()}
        onInput={(e) => {
          setWords(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={key} onBlur={() => setWords(null)} />
      <ul id={`${id}l`} role="listbox" aria-label={label} hidden={!open} ref={list}>
        {matches.map((item, i) => (
          <li key={i} id={`${id}${i}`} role="option" aria-selected={i === at}
            onMouseDown={(e) => e.preventDefault()} onClick={() => choose(item)}>
            {children(item)}
          </li>
        ))}
      </ul>
      {open && matches.length === 0 && <p class="hint" role="status">{none}</p>}
    </div>
  );
}
