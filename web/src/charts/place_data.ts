// SPDX-License-Identifier: Apache-2.0
/* What the map and the tables of places show: the grams of one model in every place. */
import { number, percent, PER_MILLION } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { measuredModels, reference, type PlaceRegion, type Places, type PlaceZone, type Report } from "../report";
import type { TableData } from "./table";

export interface Priced<T> {
  place: T;
  /** Grams of a million inferences. */
  grams: number;
  /** Over those at the report's own site. */
  ofHere: number | null;
}

export interface PricedPlaces {
  model: string;
  /** Grams of a million inferences at the report's own site. */
  here: number | null;
  zones: Priced<PlaceZone>[];
  regions: Priced<PlaceRegion>[];
}

/** Least grams first; a place without a figure of the model is left out, as it has no number to show. */
export function pricedPlaces(
  report: Report,
  places: Places | undefined,
  chosen: string | undefined,
): PricedPlaces | null {
  const model = reference(report, chosen);
  const index = model === null ? -1 : (places?.models.indexOf(model) ?? -1);
  if (!places || model === null || index < 0) return null;
  const own = measuredModels(report).find(({ name }) => name === model)?.footprint?.per_inference_g.value;
  const here = own === undefined ? null : own * PER_MILLION;
  const priced = <T extends { per_inference_g: PlaceZone["per_inference_g"] }>(items: T[]): Priced<T>[] =>
    items
      .flatMap((place) => {
        const grams = place.per_inference_g[index]?.value;
        return grams === undefined
          ? []
          : [{ place, grams: grams * PER_MILLION, ofHere: here ? (grams * PER_MILLION) / here : null }];
      })
      .sort((a, b) => a.grams - b.grams);
  return { model, here, zones: priced(places.zones.items), regions: priced(places.regions.items) };
}

export function zonesTable(priced: PricedPlaces, places: Places, say: ChartMessages): TableData {
  return {
    columns: [
      { key: "zone", title: say.columnZone },
      { key: "iso3", title: say.columnCode },
      { key: "per_million_g", title: say.columnValue, show: number },
      { key: "of_here_ratio", title: say.columnShareOfHere, show: percent },
      { key: "intensity_g_per_kwh", title: say.columnIntensity, show: number },
      { key: "year", title: say.columnYear },
      { key: "source", title: say.columnSource },
    ],
    rows: priced.zones.map(({ place, grams, ofHere }) => [
      place.name,
      place.iso3,
      grams,
      ofHere,
      place.intensity_g_per_kwh,
      place.year,
      places.zones.source,
    ]),
  };
}

export function regionsTable(priced: PricedPlaces, places: Places, say: ChartMessages): TableData {
  return {
    columns: [
      { key: "region", title: say.columnRegion },
      { key: "provider", title: say.columnProvider },
      { key: "location", title: say.columnLocation },
      { key: "country", title: say.columnCountry },
      { key: "per_million_g", title: say.columnValue, show: number },
      { key: "of_here_ratio", title: say.columnShareOfHere, show: percent },
      { key: "intensity_g_per_kwh", title: say.columnIntensity, show: number },
      { key: "year", title: say.columnYear },
      { key: "pue_ratio", title: say.columnPue, show: number },
      { key: "pue_source", title: say.columnPueSource },
      { key: "source", title: say.columnSource },
    ],
    rows: priced.regions.map(({ place, grams, ofHere }) => [
      place.region,
      place.provider,
      place.location,
      place.zone_name,
      grams,
      ofHere,
      place.intensity_g_per_kwh,
      place.year,
      place.pue,
      place.pue_source,
      places.regions.source,
    ]),
  };
}
