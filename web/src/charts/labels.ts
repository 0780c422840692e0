// SPDX-License-Identifier: Apache-2.0
/* Where the names of dots go, so that none covers another, a dot or a line. What finds no room as a
 * name becomes a number, which the chart explains below: nothing is ever dropped. Pure. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Dot {
  x: number;
  y: number;
  name: string;
  /** Room that the name takes. */
  width: number;
}

export interface Label {
  text: string;
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
  /** Set where the text is a number that stands for the name. */
  number: number | null;
  /** The label stands off its dot and wants a line to it. */
  leader: boolean;
}

const HEIGHT_PX = 14;
const RADIUS_PX = 9;
const DIGIT_PX = 9;
/** How far a name and a number may stand off: a line leads back to the dot. */
const NAME_RINGS = 2;
const NUMBER_RINGS = 12;

const overlaps = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const inside = (box: Box, frame: Box) =>
  box.x >= frame.x &&
  box.y >= frame.y &&
  box.x + box.width <= frame.x + frame.width &&
  box.y + box.height <= frame.y + frame.height;

interface Candidate {
  box: Box;
  anchor: Label["anchor"];
  leader: boolean;
}

/** Right and left first, because names read best there; then above, below and the corners. */
const NEAR: [number, number][] = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [0.75, -0.75],
  [-0.75, -0.75],
  [0.75, 0.75],
  [-0.75, 0.75],
];
/** Farther off there is room for more directions. */
const FAR: [number, number][] = [
  ...NEAR,
  ...[22.5, 67.5, 112.5, 157.5, 202.5, 247.5, 292.5, 337.5].map((degrees): [number, number] => [
    Math.cos((degrees * Math.PI) / 180),
    Math.sin((degrees * Math.PI) / 180),
  ]),
];

function candidates(dot: Dot, width: number, rings: number): Candidate[] {
  const found: Candidate[] = [];
  for (let ring = 0; ring < rings; ring++) {
    const off = RADIUS_PX + ring * HEIGHT_PX;
    for (const [right, down] of ring === 0 ? NEAR : FAR) {
      const x = dot.x + right * off - (right < 0 ? width : right === 0 ? width / 2 : 0);
      const y = dot.y + down * off - (down < 0 ? HEIGHT_PX : down === 0 ? HEIGHT_PX / 2 : 0);
      found.push({
        box: { x, y, width, height: HEIGHT_PX },
        anchor: right > 0 ? "start" : right < 0 ? "end" : "middle",
        leader: ring > 0,
      });
    }
  }
  return found;
}

function asLabel(text: string, { box, anchor, leader }: Candidate, number: number | null): Label {
  const x = anchor === "start" ? box.x : anchor === "end" ? box.x + box.width : box.x + box.width / 2;
  return { text, x, y: box.y + HEIGHT_PX - 3, anchor, number, leader };
}

/**
 * In the order of the dots, which is the order of importance: the first get the best places.
 * `taken` holds what else must stay visible, as whiskers.
 */
export function placeLabels(dots: readonly Dot[], frame: Box, taken: readonly Box[] = []): Label[] {
  const marks = dots.map(({ x, y }) => ({
    x: x - RADIUS_PX + 2,
    y: y - RADIUS_PX + 2,
    width: 2 * RADIUS_PX - 4,
    height: 2 * RADIUS_PX - 4,
  }));
  const placed: Box[] = [];
  const clearOf = (box: Box, others: readonly Box[]) => !others.some((other) => overlaps(box, other));
  const legible = ({ box }: Candidate) => inside(box, frame) && clearOf(box, placed) && clearOf(box, marks);
  const free = (candidate: Candidate) => legible(candidate) && clearOf(candidate.box, taken);

  const labels = dots.map((dot): Label | null => {
    const place = candidates(dot, dot.width, NAME_RINGS).find(free);
    if (!place) return null;
    placed.push(place.box);
    return asLabel(dot.name, place, null);
  });
  let numbered = 0;
  return dots.map((dot, i) => {
    if (labels[i]) return labels[i];
    const text = String(++numbered);
    const all = candidates(dot, text.length * DIGIT_PX, NUMBER_RINGS);
    /* On a whisker rather than on another label; where all is full, above the dot: better than none. */
    const place = all.find(free) ?? all.find(legible) ?? (all[2] as Candidate);
    placed.push(place.box);
    return asLabel(text, place, numbered);
  });
}

/**
 * Names in one column beside the plot, in the order of their dots from the top, each with a line to its
 * dot: where lines run together. `numbered`: numbers in their place, where there is no room for names.
 */
export function besidePlot(dots: readonly Dot[], x: number, frame: Box, numbered: boolean): Label[] {
  const order = dots.map((_, i) => i).sort((a, b) => (dots[a] as Dot).y - (dots[b] as Dot).y);
  const lowest = frame.y + frame.height;
  const rows: number[] = [];
  for (const i of order) rows.push(Math.max((dots[i] as Dot).y, (rows[rows.length - 1] ?? -Infinity) + HEIGHT_PX));
  // From the last one up: what hangs out below pushes those above it.
  for (let k = rows.length - 1; k >= 0; k--)
    rows[k] = Math.min(rows[k] as number, (rows[k + 1] ?? lowest + HEIGHT_PX) - HEIGHT_PX);
  const labels: Label[] = [];
  order.forEach((i, k) => {
    const text = numbered ? String(k + 1) : (dots[i] as Dot).name;
    labels[i] = { text, x, y: (rows[k] as number) + 4, anchor: "start", number: numbered ? k + 1 : null, leader: true };
  });
  return labels;
}
