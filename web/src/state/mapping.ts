// SPDX-License-Identifier: Apache-2.0
/* Whose folders a model knows by name, and which labels count as right for the others. Pure. */
import type { Mapping } from "../api/hub_types";

/** Labels chosen for a folder; none: it is left out. */
export type Chosen = Readonly<Record<string, readonly string[]>>;

/** As the server compares them: letter case does not matter, and of "tench, Tinca tinca" one part will do. */
const same = (label: string, folder: string): boolean =>
  [label, ...label.split(",")].some((part) => part.trim().toLowerCase() === folder.toLowerCase());

/** A folder may also be named by the number of the model's output. */
export function knows(labels: readonly string[] | null, folder: string): boolean {
  if (/^\d+$/.test(folder) && (labels === null || Number(folder) < labels.length)) return true;
  return labels?.some((label) => same(label, folder)) ?? false;
}

export const unknownFolders = (classes: readonly string[], labels: readonly string[] | null): string[] =>
  classes.filter((folder) => !knows(labels, folder));

const words = (name: string): string[] =>
  name.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => word.replace(/(?<=\p{L}{3})s$/u, ""));

/** Labels that hold all words of a folder's name: "cats" finds "tabby cat". The shortest first. */
export function likelyLabels(folder: string, labels: readonly string[]): string[] {
  const wanted = words(folder);
  if (wanted.length === 0) return [];
  return labels
    .filter((label) => {
      const has = new Set(words(label));
      return wanted.every((word) => has.has(word));
    })
    .sort((a, b) => a.length - b.length);
}

/** Labels that are the folder's name but for its punctuation: "golden_retriever". Nobody needs to choose these. */
export const plainLabels = (folder: string, labels: readonly string[]): string[] =>
  labels.filter((label) => words(label).join(" ") === words(folder).join(" "));

/** What people type finds a label anywhere in it, at the beginning first. */
export function matchingLabels(labels: readonly string[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return [...labels];
  const at = (label: string) => label.toLowerCase().indexOf(wanted);
  return labels.filter((label) => at(label) >= 0).sort((a, b) => at(a) - at(b));
}

/** What is sent: nothing where the model knows all folders, else each folder, those that it knows as themselves. */
export function mappingOf(classes: readonly string[], unknown: readonly string[], chosen: Chosen): Mapping | null {
  if (unknown.length === 0) return null;
  return Object.fromEntries(classes.map((folder) => [folder, unknown.includes(folder) ? [...(chosen[folder] ?? [])] : [folder]]));
}
