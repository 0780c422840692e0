// SPDX-License-Identifier: Apache-2.0
/* A folder of photos as one tar file, as POSIX has it (ustar). Its parts are the files themselves, which
 * the browser reads as it sends: nothing is held in memory but the heads. */

const BLOCK = 512;
const ZEROS = new Uint8Array(BLOCK);

export interface Packed {
  /** "cat/1.jpg" */
  path: string;
  file: Blob;
}

const utf8 = new TextEncoder();

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

/** Where the path is parted, so that both parts fit their fields; null where it cannot be. */
function parted(path: string): { name: Uint8Array; prefix: Uint8Array } | null {
  const whole = utf8.encode(path);
  if (whole.length <= 100) return { name: whole, prefix: new Uint8Array() };
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [utf8.encode(path.slice(0, at)), utf8.encode(path.slice(at + 1))];
    if (prefix.length <= 155 && name.length <= 100 && name.length > 0) return { name, prefix };
  }
  return null;
}

function head(path: string, size: number): Uint8Array | null {
  const parts = parted(path);
  if (!parts) return null;
  const block = new Uint8Array(BLOCK);
  const put = (at: number, words: string | Uint8Array) => block.set(typeof words === "string" ? utf8.encode(words) : words, at);
  put(0, parts.name);
  put(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`); // mode, owner, group
  put(124, `${octal(size, 11)}\0${octal(0, 11)}\0`); // size, and no time: the same photos make the same file
  put(148, " ".repeat(8)); // the sum of the head, itself counted as blanks
  put(156, "0"); // a file
  put(257, "ustar\x0000");
  put(345, parts.prefix);
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return block;
}

/** A name that is too long for tar gives way to a number within its folder. */
const shorter = (path: string, i: number): string => `${path.slice(0, path.indexOf("/"))}/${i}`;

export function tarOf(files: readonly Packed[]): Blob {
  const parts: BlobPart[] = [];
  files.forEach(({ path, file }, i) => {
    const block = head(path, file.size) ?? head(shorter(path, i), file.size);
    if (!block) throw new Error(`the name of the folder of ${path} is too long`);
    const rest = (BLOCK - (file.size % BLOCK)) % BLOCK;
    parts.push(block as BlobPart, file, ZEROS.subarray(0, rest) as BlobPart);
  });
  return new Blob([...parts, ZEROS as BlobPart, ZEROS as BlobPart], { type: "application/x-tar" });
}
