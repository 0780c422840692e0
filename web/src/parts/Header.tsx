// SPDX-License-Identifier: Apache-2.0
import type { Language } from "../i18n";
import { LANGUAGES, language, useText } from "../i18n";
import { USUAL } from "../state/estimating";
import type { Route } from "../state/route";
import { publish, routeHash } from "../state/route";
import { machine } from "../state/server";
import { useStore } from "../state/store";
import type { Theme } from "../theme";
import { theme } from "../theme";

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M5 23a12 12 0 1 1 22 0" />
      <path class="hand" d="M16 22 22 12" />
      <circle class="hub" cx="16" cy="22" r="3" />
    </svg>
  );
}

function MachineWords() {
  const t = useText();
  const known = useStore(machine).value;
  if (!known) return <p class="machine" />;
  return (
    <p class="machine">
      <span>{known.machine.cpu}, {t.cpus(known.machine.logical_cpus)}</span>
      <span class={`badge ${known.measured ? "measured" : "estimated"}`}>
        {known.measured ? t.machineMeasures : t.machineEstimates}
      </span>
    </p>
  );
}

/** Language and colours, which a report in a file has too. */
export function Preferences() {
  const t = useText();
  const lang = useStore(language);
  const colours = useStore(theme);
  return (
    <div class="preferences">
      <select aria-label={t.language} value={lang} onChange={(e) => language.set(e.currentTarget.value as Language)}>
        {Object.entries(LANGUAGES).map(([tag, { own }]) => <option key={tag} value={tag} lang={tag}>{own}</option>)}
      </select>
      <select aria-label={t.theme} value={colours} onChange={(e) => theme.set(e.currentTarget.value as Theme)}>
        <option value="auto">{t.themeAuto}</option>
        <option value="light">{t.themeLight}</option>
        <option value="dark">{t.themeDark}</option>
      </select>
    </div>
  );
}

export function Header({ route }: { route: Route }) {
  const t = useText();
  const here = (scene: boolean) => (scene ? { "aria-current": "page" as const } : {});
  return (
    <header class="top">
      <a class="brand" href={routeHash({ scene: "new" })} title={t.product}><Mark /><b>MIEV</b></a>
      <nav aria-label={t.navigation}>
        <a href={routeHash({ scene: "new" })} {...here(route.scene === "new")}>{t.navNew}</a>
        <a href={routeHash({ scene: "models" })} {...here(route.scene === "models" || route.scene === "model")}>{t.models}</a>
        <a href={routeHash(publish({}))} {...here(route.scene === "publish")}>{t.publish}</a>
        <a href={routeHash({ scene: "estimate", work: USUAL })} {...here(route.scene === "estimate")}>{t.estimate}</a>
        <a href={routeHash({ scene: "history" })} {...here(route.scene === "history")}>{t.navHistory}</a>
      </nav>
      <MachineWords />
      <Preferences />
    </header>
  );
}
