// SPDX-License-Identifier: Apache-2.0
/* Makes the map of the page: node map/make.mjs OUT.json
 * Countries of world-atlas (Natural Earth, 1:110 million, public domain) with the ISO 3166 code of
 * three letters as id, since the grid table speaks of zones by it. Antarctica has no grid: it goes. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import countries from "i18n-iso-countries";
import { quantize } from "topojson-client";

/** 1 / 4000 of the map's width: below a pixel at any width that it is drawn at. */
const STEPS = 4000;
const ANTARCTICA = "010";
/** Natural Earth gives these no ISO number; the grid table has the first. */
const WITHOUT_NUMBER = new Map([["Kosovo", "XKX"]]);

const idOf = ({ id, properties: { name } }) =>
  (id === undefined ? WITHOUT_NUMBER.get(name) : countries.numericToAlpha3(id)) ?? null;

const mapArcs = (arcs, change) => arcs.map((arc) => (Array.isArray(arc) ? mapArcs(arc, change) : change(arc)));

/** Arcs that nothing uses any more would be dead weight. A negative index is an arc walked backwards. */
function withoutUnusedArcs(topology, geometries) {
  const places = new Map();
  const arcs = [];
  const place = (arc) => {
    const forward = arc < 0 ? ~arc : arc;
    if (!places.has(forward)) places.set(forward, arcs.push(topology.arcs[forward]) - 1);
    return arc < 0 ? ~places.get(forward) : places.get(forward);
  };
  const moved = geometries.map((geometry) => ({ ...geometry, arcs: mapArcs(geometry.arcs, place) }));
  const { objects: _, bbox: __, ...rest } = topology;
  return { ...rest, objects: { zones: { type: "GeometryCollection", geometries: moved } }, arcs };
}

/** The atlas holds differences of whole steps; quantize wants plain coordinates, and makes them anew. */
function unfolded(topology) {
  const {
    scale: [kx, ky],
    translate: [dx, dy],
  } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([ax, ay]) => [(x += ax) * kx + dx, (y += ay) * ky + dy]);
  });
  const { transform: _, ...rest } = topology;
  return { ...rest, arcs };
}

function make(atlas) {
  const geometries = atlas.objects.countries.geometries
    .filter(({ id }) => id !== ANTARCTICA)
    .map(({ type, arcs, ...country }) => ({
      type,
      arcs,
      id: idOf(country) ?? undefined,
      properties: { name: country.properties.name },
    }));
  return quantize(unfolded(withoutUnusedArcs(atlas, geometries)), STEPS);
}

const [out] = process.argv.slice(2);
if (!out) {
  console.error("usage: node map/make.mjs OUT.json");
  process.exit(2);
}
const atlas = createRequire(import.meta.url).resolve("world-atlas/countries-110m.json");
writeFileSync(out, JSON.stringify(make(JSON.parse(readFileSync(atlas, "utf8")))));
