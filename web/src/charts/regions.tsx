// SPDX-License-Identifier: Apache-2.0
/* Places to search in: zones of the grid, and regions of clouds. */
import { useMemo, useState } from "preact/hooks";
import { percent, quantity } from "../format";
import { isProvisional } from "../report";
import type { ChartProps } from "./chart_props";
import { Choice, Figure } from "./figure";
import { useMessages } from "./language";
import type { ChartMessages } from "../messages/charts.en";
import { pricedPlaces, regionsTable, zonesTable, type PricedPlaces } from "./place_data";
import { PlacesTable } from "./places_table";
import type { Cell } from "./table";

type View = "zones" | "regions";

interface Props extends ChartProps {
  /** What the table is searched by, where others keep it. */
  search?: string | undefined;
  onSearch?: ((words: string) => void) | undefined;
}

/** Names in the page's language and codes: what people look for and the table does not show. */
function otherNames({ zones, regions }: PricedPlaces): Map<string, string> {
  const names = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "region", fallback: "none" });
  const own = (iso2: string | null) => (iso2 ? `${iso2} ${names.of(iso2) ?? ""}` : "");
  return new Map([
    ...zones.map(({ place }) => [place.name, own(place.iso2)] as const),
    ...regions.map(({ place }) => [`${place.provider}:${place.region}`, own(place.iso2)] as const),
  ]);
}

export function RegionsTable({ report, places, chosenModel, width, search, onSearch }: Props) {
  const say = useMessages();
  const [view, setView] = useState<View>("regions");
  const [own, setOwn] = useState("");
  const priced = pricedPlaces(report, places, chosenModel);
  const names = useMemo(() => (priced ? otherNames(priced) : new Map<string, string>()), [places, document.documentElement.lang]);
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
      {() => (
        <PlacesTable
          key={view}
          data={table}
          label={say.tableOf(title)}
          search={search ?? own}
          onSearch={onSearch ?? setOwn}
          first={table.columns.findIndex(({ key }) => key === "per_million_g")}
          more={([name, provider]: Cell[]) => names.get(view === "zones" ? String(name) : `${provider}:${name}`) ?? ""}
        />
      )}
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
