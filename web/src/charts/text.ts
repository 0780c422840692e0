// SPDX-License-Identifier: Apache-2.0
/* How much room words take, reckoned without a browser: labels are placed by pure functions.
 * The widths are those of common sans-serif faces, rounded up. */

const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uff60\u{1f300}-\u{1faff}]/u;
const NARROW = /[ijl.,:;'|!()[\]fIrt \u00a0]/;
const BROAD = /[mwMW%@—]/;

const charWidth = (char: string): number => {
  if (WIDE.test(char)) return 1;
  if (NARROW.test(char)) return 0.38;
  return BROAD.test(char) ? 0.95 : 0.64;
};

export const textWidth = (text: string, px = 12): number =>
  Math.ceil([...text].reduce((sum, char) => sum + charWidth(char), 0) * px);

/** Both ends of a name tell models apart ("resnet-…:int8"), so the middle goes. */
export function shorten(text: string, width: number, px = 12): string {
  if (textWidth(text, px) <= width) return text;
  const chars = [...text];
  for (let kept = chars.length - 1; kept > 1; kept--) {
    const short = `${chars.slice(0, Math.ceil(kept / 2)).join("")}…${chars.slice(chars.length - Math.floor(kept / 2)).join("")}`;
    if (textWidth(short, px) <= width) return short;
  }
  return "…";
}

/** As many characters as the width holds, then the rest. */
function pieces(word: string, width: number, px: number): string[] {
  const found = [""];
  for (const char of word) {
    const last = found.length - 1;
    const longer = `${found[last]}${char}`;
    if (found[last] === "" || textWidth(longer, px) <= width) found[last] = longer;
    else found.push(char);
  }
  return found;
}

/** Lines no wider than `width`; a word that is wider alone is broken, because nothing is left out. */
export function wrap(text: string, width: number, px = 12): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    const longer = last >= 0 ? `${lines[last]} ${word}` : word;
    if (last >= 0 && textWidth(longer, px) <= width) lines[last] = longer;
    else lines.push(...pieces(word, width, px));
  }
  return lines;
}
