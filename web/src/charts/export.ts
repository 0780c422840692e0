// SPDX-License-Identifier: Apache-2.0
/* A chart as a file: its figures unrounded, or its picture on white whatever the page's theme is. */
import type { TableData } from "./table";
import { wrap } from "./text";

/** A cell that a spreadsheet would run as a formula gets a quote before it. */
function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function toCsv({ columns, rows }: TableData): string {
  const lines = rows.map((row) =>
    columns.map((_, i) => {
      const cell = row[i] ?? null;
      if (cell === null) return "";
      return typeof cell === "string" ? csvText(cell) : String(cell);
    }),
  );
  return [columns.map((column) => csvText(column.key)), ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

export function toJson({ columns, rows }: TableData): string {
  const items = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.key, row[i] ?? null])));
  return `${JSON.stringify(items, null, 1)}\n`;
}

const SVG = "http://www.w3.org/2000/svg";
const MARGIN_PX = 12;
const LINE_PX = 17;

/** The light theme's colour of each variable, asked of the style sheet: it has them only once. */
function lightColours(host: Element): (name: string) => string {
  const probe = document.createElement("span");
  probe.className = "chart-light";
  probe.hidden = true;
  host.append(probe);
  const known = new Map<string, string>();
  return (name) => {
    if (!known.has(name)) {
      if (!probe.isConnected) host.append(probe);
      probe.style.color = `var(${name})`;
      known.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    return known.get(name) as string;
  };
}

const SCREEN_ONLY = [
  "class",
  "data-key",
  "tabindex",
  "role",
  "aria-label",
  "aria-selected",
  "aria-hidden",
  "pointer-events",
];

/** Hundredths of a pixel: more digits only make the file larger. */
const rounded = (value: string) =>
  value.replace(/-?\d+\.\d{3,}/g, (digits) => String(Math.round(Number(digits) * 100) / 100));

const MEASURES = new Set(["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "d", "points", "transform"]);

function settle(element: Element, colour: (name: string) => string) {
  for (const name of SCREEN_ONLY) element.removeAttribute(name);
  for (const { name, value } of [...element.attributes]) {
    const variable = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
    if (variable) element.setAttribute(name, colour(variable));
    else if (MEASURES.has(name)) element.setAttribute(name, rounded(value));
  }
}

const make = (name: string, attributes: Record<string, string | number>, text = ""): SVGElement => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
};

/** What stands above and below a picture in the page, and so in its file. */
export interface Words {
  title: string;
  summary: string;
  notes: string[];
}

/** The picture with its title, its sentence and its notes, so that it can stand alone. */
export function toSvg(
  svg: SVGSVGElement,
  { title, summary, notes }: Words,
): { text: string; width: number; height: number } {
  const picture = svg.cloneNode(true) as SVGSVGElement;
  for (const element of picture.querySelectorAll("[data-screen]")) element.remove();
  const colour = lightColours(svg.parentElement as Element);
  for (const element of [picture, ...picture.querySelectorAll("*")]) settle(element, colour);

  const width = svg.clientWidth + 2 * MARGIN_PX;
  const heads = wrap(title, svg.clientWidth / 1.3);
  const lines = wrap(summary, svg.clientWidth);
  const top = MARGIN_PX + (heads.length + lines.length) * LINE_PX + 8;
  const below = notes.flatMap((note) => wrap(note, svg.clientWidth));
  const bottom = top + svg.clientHeight + 8;
  const height = bottom + below.length * LINE_PX + MARGIN_PX;
  const text = colour("--chart-text");

  const file = make("svg", {
    xmlns: SVG,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": "system-ui, sans-serif",
    "font-size": 12,
  });
  file.append(make("title", {}, title), make("rect", { width, height, fill: colour("--chart-paper") }));
  const write = (words: string[], from: number, look: Record<string, string | number>) =>
    words.forEach((line, i) =>
      file.append(make("text", { x: MARGIN_PX, y: from + 12 + i * LINE_PX, fill: text, ...look }, line)),
    );
  write(heads, MARGIN_PX, { "font-size": 15, "font-weight": 700 });
  write(lines, MARGIN_PX + heads.length * LINE_PX, {});
  write(below, bottom, { fill: colour("--chart-dim") });
  picture.setAttribute("x", String(MARGIN_PX));
  picture.setAttribute("y", String(top));
  file.append(picture);
  return { text: new XMLSerializer().serializeToString(file), width, height };
}

/** Twice the size, so that it is sharp in a document. */
export async function toPng(svg: SVGSVGElement, words: Words): Promise<Blob> {
  const { text, width, height } = toSvg(svg, words);
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser made no PNG of the chart")))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function save(blob: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
