// SPDX-License-Identifier: Apache-2.0
/* A place to choose, by its name or its code. */
import { useMemo } from "preact/hooks";
import type { Zone } from "../api/types";
import { number } from "../format";
import { language, useText, zoneName } from "../i18n";
import { matchingZones, namedZones } from "../state/zones";
import { useStore } from "../state/store";
import { Combo } from "./Combo";

export function ZonePicker({ zones, chosen, onChoose }: {
  zones: readonly Zone[]; chosen: string; onChoose: (id: string) => void;
}) {
  const t = useText();
  const lang = useStore(language);
  const named = useMemo(() => namedZones(zones, (zone) => zoneName(zone, lang)), [zones, lang]);
  const current = named.find((zone) => zone.id === chosen);
  return (
    <Combo label={t.zone} shown={current?.words ?? chosen} placeholder={current?.words ?? t.zoneHint} none={t.zoneNone}
      matches={(typed) => matchingZones(named, typed)} onChoose={(zone) => onChoose(zone.id)}>
      {(zone) => (
        <>
          <span>{zone.words}</span>
          <span class="grams">{number(zone.intensity_g_per_kwh)} {t.perKwh}</span>
        </>
      )}
    </Combo>
  );
}
