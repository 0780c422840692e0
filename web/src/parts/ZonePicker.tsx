// SPDX-License-Identifier: Apache-2.0
/* A searchable list of places: a combobox as the ARIA authoring practices have it. */

import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Zone } from "../api/types";
import { number } from "../format";
import { language, useText, zoneName } from "../i18n";
import type { Named } from "../state/zones";
import { matchingZones, namedZones } from "../state/zones";
import { useStore } from "../state/store";

export function ZonePicker({ zones, chosen, onChoose }: {
  zones: readonly Zone[]; chosen: string; onChoose: (id: string) => void;
}) {
  const t = useText();
  const lang = useStore(language);
  const named = useMemo(() => namedZones(zones, (zone) => zoneName(zone, lang)), [zones, lang]);
  const current = named.find((zone) => zone.id === chosen);
  const [words, setWords] = useState<string | null>(null); // null: nobody is typing
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const open = words !== null;
  const matches = open ? matchingZones(named, words) : [];

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
  const choose = (zone: Named | undefined) => {
    if (zone) onChoose(zone.id);
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
      <input ref={input} id={`${id}i`} type="text" role="combobox" autocomplete="off" spellcheck={false} aria-label={t.zone}
        aria-expanded={open} aria-controls={`${id}l`} aria-autocomplete="list"
        aria-activedescendant={open && matches[at] ? `${id}${at}` : undefined}
        placeholder={current ? current.words : t.zoneHint} value={words ?? current?.words ?? chosen}
        onFocus={(e) => e.currentTarget.select()}
        onClick={() => !open && begin()}
        onInput={(e) => {
          setWords(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={key} onBlur={() => setWords(null)} />
      <ul id={`${id}l`} role="listbox" aria-label={t.zone} hidden={!open} ref={list}>
        {matches.map((zone, i) => (
          <li key={zone.id} id={`${id}${i}`} role="option" aria-selected={i === at}
            onMouseDown={(e) => e.preventDefault()} onClick={() => choose(zone)}>
            <span>{zone.words}</span>
            <span class="grams">{number(zone.intensity_g_per_kwh)} {t.perKwh}</span>
          </li>
        ))}
      </ul>
      {open && matches.length === 0 && <p class="hint" role="status">{t.zoneNone}</p>}
    </div>
  );
}
