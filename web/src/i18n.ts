// SPDX-License-Identifier: Apache-2.0
/* The language of the page: the one chosen before, else the browser's, else English. */

import { chartsEn, type ChartMessages } from "./messages/charts.en";
import { chartsKo } from "./messages/charts.ko";
import type { Messages } from "./messages/en";
import { en } from "./messages/en";
import { ko } from "./messages/ko";
import { createKeptStore, useStore } from "./state/store";

export type Language = "en" | "ko";

export const LANGUAGES: Record<Language, { own: string; messages: Messages; charts: ChartMessages }> = {
  en: { own: "English", messages: en, charts: chartsEn },
  ko: { own: "한국어", messages: ko, charts: chartsKo },
};

const isLanguage = (word: unknown): word is Language => word === "en" || word === "ko";

const preferred = (): Language =>
  navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => isLanguage(tag)) as Language | undefined ?? "en";

export const language = createKeptStore<Language>("miev.language", preferred(), (kept) => (isLanguage(kept) ? kept : null));

/** Screen readers pronounce, and charts write, by the language of the document. */
export function applyLanguage(): void {
  document.documentElement.lang = language.get();
}

export const useText = (): Messages => LANGUAGES[useStore(language)].messages;
export const text = (): Messages => LANGUAGES[language.get()].messages;

/** Countries by their name in the page's language; groups of countries keep their own. */
export function zoneName(zone: { name: string; iso2: string | null }, lang: Language = language.get()): string {
  if (zone.name === "World") return text().world;
  if (lang === "en" || !zone.iso2) return zone.name;
  try {
    return new Intl.DisplayNames([lang], { type: "region" }).of(zone.iso2) ?? zone.name;
  } catch {
    return zone.name;
  }
}

export const date = (unixSeconds: number, lang: Language = language.get()): string =>
  new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(unixSeconds * 1000));

const BYTES = ["B", "kB", "MB", "GB"];

export function bytes(count: number): string {
  const step = count < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(count) / 3));
  return `${Number((count / 1000 ** step).toPrecision(3))} ${BYTES[step]}`;
}
