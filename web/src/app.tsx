// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ChartLanguage } from "./charts";
import { LANGUAGES, language, useText } from "./i18n";
import { Comparison } from "./parts/Comparison";
import { Estimate } from "./parts/Estimate";
import { Header } from "./parts/Header";
import { History } from "./parts/History";
import { Live } from "./parts/Live";
import { ModelPage } from "./parts/ModelPage";
import { Models } from "./parts/Models";
import { Publish } from "./parts/Publish";
import { Setup } from "./parts/Setup";
import { SignIn } from "./parts/SignIn";
import { StudyView } from "./parts/StudyView";
import { Welcome } from "./parts/Welcome";
import { go, route as address } from "./state/address";
import { choiceOfStudy } from "./state/catalog";
import type { Pricing } from "./state/pricing";
import { atPlace, pricingOf, withoutHour } from "./state/pricing";
import type { Route } from "./state/route";
import { studies, tokenWanted, zones } from "./state/server";
import { chosenModels, settings } from "./state/settings";
import { shownClass } from "./state/shown";
import { useStore } from "./state/store";
import type { Uploads } from "./state/uploads";
import { useDrop, useUploads } from "./state/uploads";
import { usePriced, useStudy } from "./state/watching";
import type { Wish } from "./state/wish";
import { NO_WISH } from "./state/wish";

export function Languages({ children }: { children: ComponentChildren }) {
  return <ChartLanguage.Provider value={LANGUAGES[useStore(language)].charts}>{children}</ChartLanguage.Provider>;
}

export function App() {
  const t = useText();
  const route = useStore(address);
  const locked = useStore(tokenWanted);
  const uploads = useUploads();
  const over = useDrop(uploads);
  useFocusOnChange(route);
  return (
    <Languages>
      <a class="skip" href="#results" onClick={skipTo("results")}>{t.skip}</a>
      <Header route={route} />
      {locked ? <main><SignIn /></main> : <Scene route={route} uploads={uploads} />}
      <Live />
      {over && <div class="drop-here" aria-hidden="true"><p>{t.dropHere}</p></div>}
    </Languages>
  );
}

/** The address after # belongs to the scenes, so that a link within the page moves the focus itself. */
const skipTo = (id: string) => (event: Event) => {
  event.preventDefault();
  document.getElementById(id)?.focus();
};

/** Another scene: a screen reader starts at its heading, as it would on another page. */
function useFocusOnChange(route: Route): void {
  const key = [route.scene, "id" in route && route.id, "step" in route && route.step].join("/");
  const before = useRef(key);
  useEffect(() => {
    if (before.current === key) return;
    before.current = key;
    const heading = document.querySelector<HTMLElement>("main h1");
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView({ block: "start" });
  }, [key]);
}

function Scene({ route, uploads }: { route: Route; uploads: Uploads }) {
  switch (route.scene) {
    case "history":
      return <main id="results" class="one" tabIndex={-1}><History uploads={uploads} /></main>;
    case "compare":
      return <main id="results" class="one" tabIndex={-1}><Comparison a={route.a} b={route.b} /></main>;
    case "models":
      return <main id="results" class="one" tabIndex={-1}><Models uploads={uploads} /></main>;
    case "model":
      return <main id="results" class="one" tabIndex={-1}><ModelPage key={route.id} id={route.id} /></main>;
    case "publish":
      return <main id="results" class="one" tabIndex={-1}><Publish way={route} uploads={uploads} /></main>;
    case "estimate":
      return <Estimate work={route.work} />;
    case "new":
      return <NewScene uploads={uploads} />;
    case "study":
      return <StudyScene key={route.id} id={route.id} chosen={route.pricing} wish={route.wish ?? NO_WISH} uploads={uploads} />;
  }
}

function NewScene({ uploads }: { uploads: Uploads }) {
  const current = useStore(settings);
  return (
    <Workbench pricing={current.pricing} onPricing={keepPricing} uploads={uploads} shown={false} folds={false}><Welcome /></Workbench>
  );
}

const keepPricing = (pricing: Pricing) => settings.set((before) => ({ ...before, pricing: withoutHour(pricing) }));

function StudyScene({ id, chosen, wish, uploads }: { id: number; chosen: Pricing | null; wish: Wish; uploads: Uploads }) {
  const { state, problem } = useStudy(id);
  const priced = usePriced(state, chosen);
  const places = useStore(zones).value ?? [];
  const usual = useStore(settings).pricing;
  const known = state.study !== null;
  useEffect(() => chosenModels.set((before) => choiceOfStudy(state.study, before)), [known]);
  const name = useStore(studies).value?.find((study) => study.id === id)?.name ?? null;
  const report = priced.report ?? state.report;
  const pricing = chosen ?? (report ? pricingOf(report, places) : usual);
  const change = (next: Pricing) => {
    keepPricing(next);
    go({ scene: "study", id, pricing: next, wish }, "replace");
  };
  const machineClass = report?.site.embodied?.machine_class ?? null;
  useEffect(() => {
    shownClass.set(machineClass);
    return () => shownClass.set(null);
  }, [machineClass]);
  return (
    <Workbench pricing={pricing} onPricing={change} uploads={uploads} shown={priced.report !== null} folds>
      <StudyView {...{ state, problem, priced, name }} pricing={chosen}
        wish={wish} onWish={(next) => go({ scene: "study", id, pricing: chosen, wish: next }, "replace")}
        onPlace={(zone) => change(atPlace(pricing, zone))} />
    </Workbench>
  );
}

/** `folds`: where there is no room beside the results, the set-up waits behind a button. */
function Workbench({ pricing, onPricing, uploads, shown, folds, children }: {
  pricing: Pricing; onPricing: (pricing: Pricing) => void; uploads: Uploads; shown: boolean; folds: boolean;
  children: ComponentChildren;
}) {
  const t = useText();
  const [open, setOpen] = useState(false);
  return (
    <main class="bench">
      <aside aria-label={t.setup} class={folds && !open ? "folded" : ""}>
        {folds && (
          <button type="button" class="fold" aria-expanded={open} aria-controls="setup" onClick={() => setOpen(!open)}>
            {t.setupFold}
          </button>
        )}
        <Setup pricing={pricing} onPricing={onPricing} shown={shown} uploads={uploads} />
      </aside>
      <section id="results" aria-label={t.results} tabIndex={-1}>{children}</section>
    </main>
  );
}
