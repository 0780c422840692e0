// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { classFiles, droppedFolder } from "../src/state/folders";
import { tarOf } from "../src/state/tar";

const packed = (path: string, words: string) => ({ path, file: new Blob([words]) });

/** As another program reads it. */
async function unpacked(blob: Blob) {
  const input = Buffer.from(await blob.arrayBuffer());
  const names = execFileSync("tar", ["-tf", "-"], { input }).toString().trimEnd().split("\n");
  return { names, read: (name: string) => execFileSync("tar", ["-xOf", "-", name], { input }).toString() };
}

test("tar reads what is packed: empty files, whole blocks, names of other scripts and long ones", async () => {
  const long = `${"f".repeat(90)}/${"n".repeat(95)}.jpg`;
  const { names, read } = await unpacked(tarOf([
    packed("cat/1.jpg", "meow"), packed("cat/empty.jpg", ""), packed("dog/block.jpg", "x".repeat(1024)), packed("고양이/사진.jpg", "나비"),
    packed(long, "long"),
  ]));
  assert.equal(names.length, 5);
  assert.deepEqual([read("cat/1.jpg"), read("cat/empty.jpg"), read("dog/block.jpg").length, read(long)], ["meow", "", 1024, "long"]);
});

test("a file whose name is too long for tar keeps its folder and gets a number", async () => {
  const { names, read } = await unpacked(tarOf([packed("cat/1.jpg", "a"), packed(`cat/${"n".repeat(200)}.jpg`, "b")]));
  assert.deepEqual(names, ["cat/1.jpg", "cat/1"]);
  assert.equal(read("cat/1"), "b");
});

test("a class is a folder within the chosen one; hidden files, deeper ones and loose ones are passed over", () => {
  const paths = ["pets/dog/b.jpg", "pets/cat/a.jpg", "pets/readme.txt", "pets/cat/.DS_Store", "pets/.git/x", "pets/cat/more/c.jpg"];
  const found = classFiles(paths.map((path) => ({ path, file: new Blob([]) as File })));
  assert.deepEqual(found.map(({ path }) => path), ["cat/a.jpg", "dog/b.jpg"]);
});

/** As a browser hands out a dropped folder: a hundred at a time, then none. */
const entry = (path: string, inner: object[] | null) => ({
  fullPath: `/${path}`,
  isDirectory: inner !== null,
  file: (done: (file: File) => void) => done(new Blob([path]) as File),
  createReader() {
    const rest = [...(inner ?? [])];
    return { readEntries: (done: (some: object[]) => void) => done(rest.splice(0, 100)) };
  },
});

test("a dropped folder is read to the end, its class folders too, and no deeper", async () => {
  const many = Array.from({ length: 250 }, (_, i) => entry(`pets/cat/${i}.jpg`, null));
  const pets = entry("pets", [entry("pets/readme.txt", null), entry("pets/cat", many),
    entry("pets/dog", [entry("pets/dog/a.jpg", null), entry("pets/dog/more", [entry("pets/dog/more/b.jpg", null)])])]);
  const found = await droppedFolder(pets as unknown as FileSystemDirectoryEntry);
  assert.equal(found.length, 252);
  assert.deepEqual(classFiles(found).map(({ path }) => path).slice(-2), ["cat/99.jpg", "dog/a.jpg"]);
});
