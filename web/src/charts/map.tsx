// SPDX-License-Identifier: Apache-2.0
/* Grams of one model in every zone. One source and one basis a map: its legend names them. */
import { geoEqualEarth, geoPath, type GeoPath, type GeoProjection } from "d3-geo";
import type { Feature, Geometry } from "geojson";
import { useId, useMemo, useState } from "preact/hooks";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { inUnit, number, percent, quantity, tick, unitFor, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { energyMethods, isProvisional, type PlaceRegion, type Places, type PlaceZone, type Report } from "../report";
import type { ChartProps } from "./chart_props";
import { Canvas, Choice, Figure } from "./figure";
import { Hatch } from "./hatch";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Lines } from "./axis";
import { Marks, type Mark } from "./marks";
import { ink } from "./palette";
import { pricedPlaces, zonesTable, type Priced, type PricedPlaces } from "./place_data";
import { bounds, classOf, colourOf } from "./ramp";
import { textWidth } from "./text";

/** What web/map/make.mjs makes: zones by ISO 3166 code of three letters. */
export type WorldTopology = Topology<{ zones: GeometryCollection<{ name: string }> }>;

export interface WorldMapProps extends ChartProps {
  world: WorldTopology | null | undefined;
  /** Takes the id of a zone: the place where the work could run. */
  onPlace?: ((zone: string) => void) | undefined;
}

type View = "zones" | "regions";

export function WorldMap({ report, places, world, chosenModel, onPlace, width }: WorldMapProps) {
  const say = useMessages();
  const [view, setView] = useState<View>("regions");
  const priced = pricedPlaces(report, places, chosenModel);
  if (!priced || !places || !world || priced.zones.length === 0) return null;
  const home = report.site.zone;
  return (
    <Figure
      name="map"
      title={say.mapTitle(priced.model)}
      summary={mapSummary(priced, home, say)}
      table={zonesTable(priced, places, say)}
      provisional={isProvisional(report)}
      width={width}
      tools={
        places.regions.items.length > 0 && (
          <Choice
            label={say.mapShow}
            value={view}
            onChange={setView}
            options={[
              ["zones", say.mapZones],
              ["regions", say.mapWithRegions],
            ]}
          />
        )
      }
      notes={<MapNotes {...{ report, priced, places, world, view }} />}
    >
      {(w) => <Picture {...{ priced, places, world, home, onPlace, view }} width={w} />}
    </Figure>
  );
}

const isCountry = ({ place }: Priced<PlaceZone>): boolean => place.iso3 !== null && place.iso3 !== "";

function mapSummary({ zones, here }: PricedPlaces, home: string, say: ChartMessages): string {
  const countries = zones.filter(isCountry);
  const least = countries[0];
  const most = countries[countries.length - 1];
  if (!least || !most) return say.mapNone;
  const of = ({ grams }: Priced<PlaceZone>) => quantity("mass", grams);
  return say.mapSummary(
    least.place.name,
    of(least),
    most.place.name,
    of(most),
    here === null ? null : say.mapHome(home, quantity("mass", here)),
  );
}

function MapNotes({
  report,
  priced,
  places,
  world,
  view,
}: {
  report: Report;
  priced: PricedPlaces;
  places: Places;
  world: WorldTopology;
  view: View;
}) {
  const say = useMessages();
  const drawn = new Set(world.objects.zones.geometries.map(({ id }) => id));
  const missing = priced.zones.filter((zone) => isCountry(zone) && !drawn.has(zone.place.iso3 as string)).length;
  return (
    <>
      <p>
        {say.mapSource(places.zones.source, places.zones.basis)} {say.mapAverage} {say.energyIs(energyMethods(report))}
      </p>
      {view === "regions" && places.regions.note !== "" && (
        <p>
          {say.regionsOf}: {places.regions.note}
        </p>
      )}
      {missing > 0 && <p>{say.mapMissing(missing)}</p>}
    </>
  );
}

/* ---- picture ---------------------------------------------------------------------------------- */

interface Shape {
  id: string | undefined;
  name: string;
  path: string;
  center: [number, number];
  /** The longer side of its frame. */
  size: number;
}

interface Drawn {
  shapes: Shape[];
  project: GeoProjection;
  height: number;
}

/** The costly part, done once a width. */
function draw(world: WorldTopology, width: number): Drawn {
  const { features } = feature(world, world.objects.zones);
  const project = geoEqualEarth().fitWidth(width - 2, { type: "Sphere" });
  const pathOf = geoPath(project).digits(1);
  const [[, top], [, bottom]] = pathOf.bounds({ type: "FeatureCollection", features });
  const [x, y] = project.translate();
  project.translate([x + 1, y - top + 2]);
  return {
    shapes: features.map((item) => shapeOf(item, pathOf)),
    project,
    height: Math.ceil(bottom - top) + 4,
  };
}

function shapeOf(item: Feature<Geometry, { name: string }>, pathOf: GeoPath): Shape {
  const [[x0, y0], [x1, y1]] = pathOf.bounds(item);
  return {
    id: item.id === undefined ? undefined : String(item.id),
    name: item.properties.name,
    path: pathOf(item) ?? "",
    center: pathOf.centroid(item),
    size: Math.max(x1 - x0, y1 - y0),
  };
}

interface PictureProps {
  priced: PricedPlaces;
  places: Places;
  world: WorldTopology;
  home: string;
  view: View;
  width: number;
  onPlace: WorldMapProps["onPlace"];
}

function Picture({ priced, places, world, home, view, width, onPlace }: PictureProps) {
  const say = useMessages();
  const hatch = useId();
  const drawn = useMemo(() => draw(world, width), [world, width]);
  const countries = priced.zones.filter(isCountry);
  const unit = unitFor(
    "mass",
    countries.map(({ grams }) => grams),
  );
  const limits = bounds(Math.max(...countries.map(({ grams }) => grams)) / unit.size);
  const shapes = new Map(drawn.shapes.map((shape) => [shape.id, shape]));
  const marks = countries.flatMap((zone) => {
    const shape = shapes.get(zone.place.iso3 as string);
    return shape ? [zoneMark(zone, shape, limits, unit, places, say)] : [];
  });
  const homeZone = priced.zones.find(({ place }) => place.name === home)?.place;
  const homeShape = shapes.get(homeZone?.iso3 ?? "none");
  const dots =
    view === "regions" ? priced.regions.map((region) => regionMark(region, drawn.project, unit, places, say)) : [];
  const signs = legend(legendItems(hatch, homeShape !== undefined, dots.length > 0, say), width);
  const height = drawn.height + STEPS_PX + signs.height;
  return (
    <Canvas width={width} height={height} label={say.mapTitle(priced.model)}>
      <defs>
        <Hatch id={hatch} line={ink.axis} ground={ink.land} gap={5} />
      </defs>
      <WithoutData shapes={drawn.shapes} known={new Set(countries.map(({ place }) => place.iso3))} hatch={hatch} />
      <g transform={`translate(0,${drawn.height})`}>
        <Steps limits={limits} width={width} words={say.mapLegend(unit.name)} />
      </g>
      <g transform={`translate(0,${drawn.height + STEPS_PX})`}>{signs.draw}</g>
      <Marks
        {...{ marks, width, height }}
        label={say.marks(say.zonesOf)}
        onChoose={onPlace}
        chosen={homeZone?.id}
        over={
          <>
            {homeShape && <Home shape={homeShape} />}
            {dots.length > 0 && <Marks marks={dots} width={width} height={height} label={say.marks(say.regionsOf)} />}
          </>
        }
      />
    </Canvas>
  );
}

function WithoutData({ shapes, known, hatch }: { shapes: Shape[]; known: Set<string | null>; hatch: string }) {
  const say = useMessages();
  return (
    <g>
      {shapes
        .filter(({ id }) => id === undefined || !known.has(id))
        .map(({ name, path }) => (
          <path key={name} d={path} fill={`url(#${hatch})`} stroke={ink.axis} stroke-width={0.5}>
            <title>{`${name}: ${say.noData}`}</title>
          </path>
        ))}
    </g>
  );
}

const SMALL_PX = 24;
const RING_PX = 11;

/** An outline, and a ring about what is too small for one to be found. */
function Home({
  shape: {
    path,
    center: [x, y],
    size,
  },
}: {
  shape: Shape;
}) {
  return (
    <g
      fill="none"
      stroke={ink.text}
      stroke-width={2.5}
      stroke-linejoin="round"
      pointer-events="none"
      aria-hidden="true"
    >
      <path d={path} stroke-width={size < SMALL_PX ? 1.5 : 2.5} />
      {size < SMALL_PX && <circle cx={x} cy={y} r={RING_PX} stroke={ink.paper} stroke-width={5} />}
      {size < SMALL_PX && <circle cx={x} cy={y} r={RING_PX} />}
    </g>
  );
}

function priceWords({ grams, ofHere }: Priced<unknown>, unit: Unit, say: ChartMessages): string {
  const share = ofHere === null ? "" : `, ${say.shareOfHere(percent(ofHere))}`;
  return `${say.carbonOf(`${inUnit(grams, unit)} ${unit.name}`)}${share}`;
}

function zoneMark(
  zone: Priced<PlaceZone>,
  shape: Shape,
  limits: number[],
  unit: Unit,
  places: Places,
  say: ChartMessages,
): Mark {
  const { place, grams } = zone;
  const tip = [
    place.name,
    priceWords(zone, unit, say),
    say.intensity(number(place.intensity_g_per_kwh), place.year),
    places.zones.source,
  ];
  const [x, y] = shape.center;
  return {
    key: place.id,
    label: tip.join(", "),
    tip,
    hit: { x: x - 4, y: y - 8, width: 8, height: 16 },
    shape: true,
    draw: (
      <path
        class="chart-shape"
        d={shape.path}
        fill={colourOf(classOf(grams / unit.size, limits), limits.length + 1)}
        stroke={ink.axis}
        stroke-width={0.5}
      />
    ),
  };
}

/** Dots say only where: their figures have a source of their own, so no colour of this map is theirs. */
function regionMark(
  region: Priced<PlaceRegion>,
  project: GeoProjection,
  unit: Unit,
  places: Places,
  say: ChartMessages,
): Mark {
  const { place } = region;
  const [x, y] = project([place.lon, place.lat]) ?? [0, 0];
  const tip = [
    say.regionMark(place.provider, place.region, place.location),
    priceWords(region, unit, say),
    say.intensity(number(place.intensity_g_per_kwh), place.year),
    say.pueOf(number(place.pue), place.pue_source, place.pue_year),
    places.regions.source,
  ];
  return {
    key: `${place.provider} ${place.region}`,
    label: tip.join(", "),
    tip,
    hit: { x: x - 6, y: y - 6, width: 12, height: 12 },
    draw: <RegionDot x={x} y={y} />,
  };
}

const RegionDot = ({ x, y }: { x: number; y: number }) => (
  <circle cx={x} cy={y} r={3} fill={ink.paper} stroke={ink.text} stroke-width={1.5} />
);

/* ---- legend ----------------------------------------------------------------------------------- */

function legendItems(hatch: string, home: boolean, regions: boolean, say: ChartMessages): LegendItem[] {
  const square = { x: 1, y: -11, width: 16, height: 13 };
  const items: LegendItem[] = [[<rect {...square} fill={`url(#${hatch})`} stroke={ink.axis} />, say.noData]];
  if (home) items.push([<rect {...square} fill="none" stroke={ink.text} stroke-width={2.5} />, say.homeLegend]);
  if (regions) items.push([<RegionDot x={9} y={-4} />, say.regionLegend]);
  return items;
}

const STEPS_PX = 52;
const STEP_HEIGHT_PX = 12;
const MOST_STEP_PX = 64;

/** Classes side by side, their bounds below; every second one where numbers would touch. */
function Steps({ limits, width, words }: { limits: number[]; width: number; words: string }) {
  const n = limits.length + 1;
  const step = Math.min(MOST_STEP_PX, (width - 4) / n);
  const every = limits.some((limit) => textWidth(tick(limit)) > step - 6) ? 2 : 1;
  return (
    <g>
      <Lines x={1} y={12} lines={[words]} />
      {Array.from({ length: n }, (_, i) => (
        <rect
          key={i}
          x={1 + i * step}
          y={18}
          width={step}
          height={STEP_HEIGHT_PX}
          fill={colourOf(i, n)}
          stroke={ink.axis}
          stroke-width={0.5}
        />
      ))}
      {limits.map(
        (limit, i) =>
          (i % every === every - 1 || every === 1) && (
            <text key={limit} x={1 + (i + 1) * step} y={18 + STEP_HEIGHT_PX + 14} text-anchor="middle" fill={ink.dim}>
              {tick(limit)}
            </text>
          ),
      )}
    </g>
  );
}
