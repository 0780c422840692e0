// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { App } from "./app";
import { applyLanguage, language } from "./i18n";
import type { Places, Report } from "./report";
import { Standalone, asZone, embedded } from "./standalone";
import { followAddress } from "./state/address";
import { loadAll, zones } from "./state/server";
import { world } from "./state/world";
import "./styles/index.css";
import { applyTheme, theme } from "./theme";

applyLanguage();
language.subscribe(applyLanguage);
applyTheme();
theme.subscribe(applyTheme);

const report = embedded<Report>("miev-report");
if (report) {
  const places = embedded<Places>("miev-places");
  world.set(embedded("miev-world"));
  if (places) zones.set({ value: places.zones.items.map(asZone), problem: null });
  render(<Standalone report={report} places={places} />, document.body);
} else {
  followAddress();
  void loadAll();
  render(<App />, document.body);
}
