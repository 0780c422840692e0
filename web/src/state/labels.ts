// SPDX-License-Identifier: Apache-2.0
/* The forms of a label: their files, and the words that put a badge into a page. Pure. */

import type { Report } from "../report";
import { measuredModels } from "../report";
import type { LabelForm } from "./label_forms";
import { isName } from "./route";

/** As the server names them. */
export const askedForm = (form: LabelForm): string => (form === "rendered" ? "markdown" : form);

const FILES: Record<LabelForm, { end: string; type: string }> = {
  rendered: { end: "md", type: "text/markdown" },
  markdown: { end: "md", type: "text/markdown" },
  svg: { end: "svg", type: "image/svg+xml" },
  sci: { end: "sci.json", type: "application/json" },
  codecarbon: { end: "codecarbon.csv", type: "text/csv" },
};

export const labelFile = (model: string, form: LabelForm): { name: string; type: string } => ({
  name: `miev-${model.replace(/[^\w.-]+/g, "-")}.${FILES[form].end}`,
  type: FILES[form].type,
});

/* ---- a badge in a page ------------------------------------------------------------------------ */

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };

/** What the badge says, for those who do not see it: its own title. */
export function badgeTitle(svg: string): string {
  const title = /<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? "";
  return title.replace(/&(lt|gt|quot|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

const inMarkdown = (text: string): string => text.replace(/[\\[\]`*_<>!]/g, "\\$&");
const inHtml = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** Where the badge lies beside the page: its file's name. */
export function badgeSnippets(svg: string, file: string): { markdown: string; html: string } {
  const title = badgeTitle(svg);
  return { markdown: `![${inMarkdown(title)}](${file})`, html: `<img src="${inHtml(file)}" alt="${inHtml(title)}">` };
}

/** An image out of text, which no server has to send again. */
export const svgAddress = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;

/* ---- which model ------------------------------------------------------------------------------ */

interface Known {
  id: string;
  sha256: string | null;
}

/** The models of a report, as the address of a label names them: by their id in the catalog, by their name in the
 * report where a file was measured in more ways than one, and by their place where a name is none for an address. */
export function labelledModels(report: Report, catalog: readonly Known[]): { name: string; model: string }[] {
  const models = measuredModels(report);
  return models.map(({ name, sha256 }) => {
    const once = models.filter((other) => other.sha256 === sha256).length === 1;
    const known = catalog.find(({ id }) => id === name) ?? (once && sha256 ? catalog.find((model) => model.sha256 === sha256) : undefined);
    const place = report.models.findIndex((model) => model.name === name);
    return { name, model: known?.id ?? (isName(name) ? name : String(place)) };
  });
}

/** The way back: the place in the report of a model by what the address calls it; null where it is not there.
 * sha256: of its file in the catalog; a report of another file is of another model, whatever its name. */
export function placeInReport(report: Report, model: string, sha256: string | null): number | null {
  const fits = report.models.map((one) => (sha256 && one.sha256 ? one.sha256 === sha256 : one.name === model));
  const named = report.models.findIndex((one, i) => fits[i] && one.name === model);
  const found = named >= 0 ? named : fits.indexOf(true);
  if (found >= 0) return found;
  const place = /^\d{1,3}$/.test(model) ? Number(model) : -1;
  return place >= 0 && place < report.models.length ? place : null;
}
