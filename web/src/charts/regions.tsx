// SPDX-License-Identifier: Apache-2.0
/* Places to search in: zones of the grid, and regions of clouds. */
import { useState } from "preact/hooks";
import { percent, quantity } from "../format";
import { isProvisional } from "../report";
import type { ChartProps } from "./chart_props";
import { Choice, Figure } from "./figure";
import { useMessages } from "./language";
import type { ChartMessages } from "../messages/charts.en";
import { pricedPlaces, regionsTable, zonesTable, type PricedPlaces } from "./place_data";
import { DataTable } from "./table";

type View = "zones" | "regions";

export function RegionsTable({ report, places, chosenModel, width }: ChartProps) {
  const say = useMessages();
  const [view, setView] = useState<View>("regions");
  const priced = pricedPlaces(report, places, chosenModel);
  if (!priced || !places) return null;
  const table = view === "zones" ? zonesTable(priced, places, say) : regionsTable(priced, places, say);
  const title = say.regionsTitle(priced.model);
  return (
    <Figure
      name={view}
      title={title}
      summary={regionsSummary(priced, view, say)}
      table={table}
      provisional={isProvisional(report)}
      width={width}
      picture={false}
      twin={false}
      tools={
        <Choice
          label={say.show}
          value={view}
          onChange={setView}
          options={[
            ["zones", say.zonesOf],
            ["regions", say.regionsOf],
          ]}
        />
      }
      notes={
        <p>
          {say.mapSource(places[view].source, places[view].basis)} {view === "regions" && places.regions.note}{" "}
          {say.mapAverage}
        </p>
      }
    >
      {() => <DataTable key={view} data={table} label={say.tableOf(title)} />}
    </Figure>
  );
}

function regionsSummary({ zones, regions }: PricedPlaces, view: View, say: ChartMessages): string {
  const [zone] = zones;
  const [region] = regions;
  const least = view === "zones" ? zone : region;
  if (!least) return say.mapNone;
  const name = "provider" in least.place ? `${least.place.provider} ${least.place.region}` : least.place.name;
  return say.regionsSummary(name, quantity("mass", least.grams), least.ofHere === null ? null : percent(least.ofHere));
}
