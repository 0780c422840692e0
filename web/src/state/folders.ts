// SPDX-License-Identifier: Apache-2.0
/* Photos in a folder for each class, as a browser hands them out. */
import type { Packed } from "./tar";

/** A photo and where it lies: "photos/cat/1.jpg". */
export interface Found {
  path: string;
  file: File;
}

const hidden = (path: string): boolean => path.split("/").some((part) => part.startsWith("."));

/** What lies in a folder within the chosen one: that is its class. Hidden files and deeper ones are passed over. */
export function classFiles(found: readonly Found[]): Packed[] {
  return found
    .map(({ path, file }) => ({ path: path.split("/").slice(1).join("/"), file }))
    .filter(({ path }) => path.split("/").length === 2 && !hidden(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const chosenFolder = (files: FileList): { name: string; found: Found[] } => {
  const found = [...files].map((file) => ({ path: file.webkitRelativePath, file }));
  return { name: found[0]?.path.split("/")[0] ?? "", found };
};

const entries = (reader: FileSystemDirectoryReader) =>
  new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));

/** A browser tells a hundred at a time, and then none. */
async function listed(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await entries(reader);
    if (some.length === 0) return all;
    all.push(...some);
  }
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** All files of a dropped folder and of the folders in it. */
export async function droppedFolder(folder: FileSystemDirectoryEntry): Promise<Found[]> {
  const found: Found[] = [];
  for (const entry of await listed(folder))
    for (const inner of isFolder(entry) ? await listed(entry) : [entry]) {
      if (isFolder(inner)) continue;
      const file = await new Promise<File>((done, fail) => (inner as FileSystemFileEntry).file(done, fail));
      found.push({ path: inner.fullPath.replace(/^\//, ""), file });
    }
  return found;
}
