// SPDX-License-Identifier: Apache-2.0
/* Finding a place by what people type: its name in their language or in English, or its code. Pure. */

import type { Zone } from "../api/types";

export interface Named extends Zone {
  /** The name that is shown. */
  words: string;
}

export function namedZones(zones: readonly Zone[], name: (zone: Zone) => string): Named[] {
  const named = zones.map((zone) => ({ ...zone, words: name(zone) }));
  const rank = (zone: Named) => (zone.id === "World" ? 0 : zone.aggregate ? 2 : 1);
  return named.sort((a, b) => rank(a) - rank(b) || a.words.localeCompare(b.words));
}

/** Without accents and case: "cote" finds "Côte d'Ivoire". */
const folded = (words: string): string => words.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC").toLowerCase();

export function matchingZones(zones: readonly Named[], typed: string): Named[] {
  const words = folded(typed.trim());
  if (words === "") return [...zones];
  const score = (zone: Named): number => {
    const names = [zone.words, zone.name].map(folded);
    if ([zone.id, zone.iso2, zone.iso3].some((code) => code && folded(code) === words)) return 0;
    if (names.some((name) => name.startsWith(words))) return 1;
    if (names.some((name) => name.split(/[\s(-]/).some((part) => part.startsWith(words)))) return 2;
    return names.some((name) => name.includes(words)) ? 3 : 4;
  };
  return zones
    .map((zone) => ({ zone, score: score(zone) }))
    .filter((match) => match.score < 4)
    .sort((a, b) => a.score - b.score)
    .map((match) => match.zone);
}
