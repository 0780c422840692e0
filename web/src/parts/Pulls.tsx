// SPDX-License-Identifier: Apache-2.0
/* Getting models that are not here: one by one, by address, or the starter set at once. */
import { useState } from "preact/hooks";
import type { Pull } from "../api/hub_types";
import { isSettled } from "../api/hub_types";
import type { CatalogModel } from "../api/types";
import { percent } from "../format";
import { bytes, useText } from "../i18n";
import type { Starter } from "../state/pull";
import { isUnderWay, missingStarters, pullOf, sharePulled, startersOf } from "../state/pull";
import { cancelPull, pullStarters, pulls, refusedPulls, startPull } from "../state/pulls";
import { routeHash } from "../state/route";
import { useStore } from "../state/store";
import { ProblemNote, asSentence } from "./Note";

/** The button, or how far it has come, or why it did not come. */
export function GetModel({ model }: { model: CatalogModel }) {
  const t = useText();
  const pull = pullOf(useStore(pulls), model);
  const refused = useStore(refusedPulls)[model.id] ?? null;
  if (model.here) return <span class="hint">✓ {t.here}</span>;
  if (pull && isUnderWay(pull)) return <PullProgress pull={pull} />;
  return (
    <div class="get">
      {pull?.state === "failed" && <PullFailed pull={pull} />}
      <ProblemNote problem={refused} />
      <button type="button" onClick={() => void startPull(model.id)}>
        {pull?.state === "failed" ? t.retry : model.bytes === null ? t.get : t.getSize(bytes(model.bytes))}
        <span class="hidden"> {model.id}</span>
      </button>
    </div>
  );
}

/** What did not come stands above: the sentence need not begin with it. */
function PullFailed({ pull: { what, problem } }: { pull: Pull }) {
  const words = problem ?? "";
  return <p class="note bad">{asSentence(words.startsWith(`${what}: `) ? words.slice(what.length + 2) : words)}</p>;
}

function PullProgress({ pull }: { pull: Pull }) {
  const t = useText();
  const share = sharePulled(pull);
  const words = pull.state === "waiting" || !pull.phase ? t.pullWaits : t.pullPhase[pull.phase];
  const sizes = pull.total ? t.bytesOf(bytes(pull.bytes), bytes(pull.total)) : pull.bytes > 0 ? bytes(pull.bytes) : null;
  return (
    <div class="get">
      <progress aria-label={t.pulling(pull.what)} max={1} {...(share === null ? {} : { value: share })} />
      <span class="hint">{[words, sizes, share !== null && percent(Number(share.toFixed(2)))].filter(Boolean).join(" · ")}</span>
      <button type="button" onClick={() => void cancelPull(pull.id)}>{t.cancel}<span class="hidden"> {pull.what}</span></button>
    </div>
  );
}

/** One click, and a photo of anything meets models that know a thousand things. */
export function StarterSet({ models }: { models: readonly CatalogModel[] }) {
  const t = useText();
  const all = useStore(pulls);
  const set = startersOf(models).flatMap((starter) => starter.models);
  const here = set.filter((model) => model.here).length;
  const missing = missingStarters(models, all);
  const away = missing.flatMap((starter) => starter.models.filter((model) => !model.here));
  const size = away.reduce((sum, model) => sum + (model.bytes ?? NaN), 0); // one of no known size, and none is told
  if (set.length === 0) return null;
  return (
    <section class="panel starter" aria-labelledby="starter-title">
      <div class="row">
        <h2 id="starter-title">{t.starter}</h2>
        <span class="end hint">{t.starterHere(here, set.length)}</span>
      </div>
      <p>{here < set.length ? t.starterWords(set.length) : t.starterDone}</p>
      <ul class="plain">{startersOf(models).map((starter) => <StarterPull key={starter.name} starter={starter} />)}</ul>
      {missing.length > 0 && (
        <button type="button" class="create" onClick={() => void pullStarters(models)}>
          {t.getStarter(away.length, Number.isNaN(size) ? null : bytes(size))}
        </button>
      )}
    </section>
  );
}

/** How one of the set comes, once it was asked for. */
function StarterPull({ starter: { name, models } }: { starter: Starter }) {
  const pull = useStore(pulls).filter((one) => one.what === name).sort((a, b) => b.id - a.id)[0] ?? null;
  const refused = useStore(refusedPulls)[name] ?? null;
  if (models.every((model) => model.here) || (!pull && !refused)) return null;
  return (
    <li>
      <span>{name}</span>
      {pull && isUnderWay(pull) && <PullProgress pull={pull} />}
      {pull?.state === "failed" && <PullFailed pull={pull} />}
      <ProblemNote problem={refused} />
    </li>
  );
}

/** Anything that `miev pull` takes. */
export function PullByName({ models }: { models: readonly CatalogModel[] }) {
  const t = useText();
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState("");
  const all = useStore(pulls);
  const problem = useStore(refusedPulls)[asked] ?? null;
  const what = words.trim();
  const known = new Set(models.flatMap((model) => [model.id, model.name]));
  const others = all.filter((pull) => !known.has(pull.what));
  const get = async () => {
    if (what === "") return;
    setAsked(what);
    if (await startPull(what)) setWords("");
  };
  return (
    <form class="panel by-name" onSubmit={(event) => {
      event.preventDefault();
      void get();
    }}>
      <label class="field">
        <span>{t.pullByName}</span>
        <input type="text" autocomplete="off" spellcheck={false} placeholder="hf:owner/repo:model.onnx" maxLength={511} value={words}
          aria-describedby="pull-hint" onInput={(event) => setWords(event.currentTarget.value)} />
      </label>
      <p class="hint" id="pull-hint">{t.pullHint}</p>
      <button type="submit" aria-disabled={what === ""}>{t.get}</button>
      <ProblemNote problem={problem} />
      <ul class="plain">{others.map((pull) => <OtherPull key={pull.id} pull={pull} />)}</ul>
    </form>
  );
}

function OtherPull({ pull }: { pull: Pull }) {
  const t = useText();
  return (
    <li>
      <span>{pull.what}</span>
      {!isSettled(pull.state) && <PullProgress pull={pull} />}
      {pull.state === "failed" && <PullFailed pull={pull} />}
      {pull.state === "cancelled" && <span class="hint">{t.pullCancelled}</span>}
      {pull.state === "done" && pull.model && <a href={routeHash({ scene: "model", id: pull.model })}>{t.pulled(pull.model)}</a>}
    </li>
  );
}
