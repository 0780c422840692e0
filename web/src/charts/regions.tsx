// SPDX-License-Identifier: Apache-2.0
/* Places to search in: zones of the grid, and regions of clouds. */
import { useState } from "preact/hooks";
import { percent, quantity } from "../format";
import { isProvisional } from "../report";
import type { ChartProps } from "./chart_props";
import { Choice, Figure } from "./figure";
import { useMessages } from "./language";
import { pricedPlaces, regionsTable, zonesTable } from "./place_data";
import { DataTable } from "./table";

type View = "zones" | "regions";

export function RegionsTable({ report, places, chosenModel, width }: ChartProps) {
  const say = useMessages();
  const [view, setView] = useState<View>("regions");
  const priced = pricedPlaces(report, places, chosenModel);
  if (!priced || !places) return null;
  const table = view === "zones" ? zonesTable(priced, places, say) : regionsTable(priced, places, say);
  const { source, basis } = places[view];
  const title = say.regionsTitle(priced.model);
  const least = view === "zones" ? priced.zones[0] : priced.regions[0];
  const name = view === "zones" ? priced.zones[0]?.place.name : priced.regions[0] && `${priced.regions[0].place.provider} ${priced.regions[0].place.region}`;
  return (
    <Figure
      name={view}
      title={title}
      summary={least && name ? say.regionsSummary(name, quantity("mass", least.grams), least.ofHere === null ? null : percent(least.ofHere)) : say.mapNone}
      table={table}
      provisional={isProvisional(report)}
      width={width}
      picture={false}
      twin={false}
      tools={<Choice label={say.show} value={view} onChange={setView} options={[["zones", say.zonesOf], ["regions", say.regionsOf]]} />}
      notes={<p>{say.mapSource(source, basis)} {view === "regions" && places.regions.note} {say.mapAverage}</p>}
    >
      {() => <DataTable key={view} data={table} label={say.tableOf(title)} />}
    </Figure>
  );
}
