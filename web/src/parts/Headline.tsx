// SPDX-License-Identifier: Apache-2.0
/* The answer in words first, then a few large numbers. */

import type { ComponentChildren } from "preact";
import { PER_MILLION, number, percent, percentNumber, points, quantity, unitFor } from "../format";
import { useText, zoneName } from "../i18n";
import type { ModelCarbon, Report } from "../report";
import { carbonGroups, isProvisional } from "../report";
import type { Answer, Share } from "../state/answer";
import { answerOf, fastest } from "../state/answer";
import { zones } from "../state/server";
import { useStore } from "../state/store";

export function Headline({ report, children }: { report: Report; children?: ComponentChildren }) {
  const t = useText();
  const answer = answerOf(report);
  return (
    <div class="headline">
      {isProvisional(report) && <p class="badge provisional">{t.provisional}</p>}
      <h2 id="results-title" tabIndex={-1}>
        {answer.kind === "none" && isProvisional(report) ? t.notYet : <Words answer={answer} />}
      </h2>
      {answer.kind === "share" && <Judgement share={answer.share} running={isProvisional(report)} />}
      <Tiles report={report} />
      {children}
    </div>
  );
}

function Words({ answer }: { answer: Answer }) {
  const t = useText();
  if (answer.kind === "none") return <>{t.nothingPriced}</>;
  if (answer.kind === "one") {
    const { name, value } = answer.carbon;
    return <Whole names={[name]}>{t.one(name, quantity("mass", value * PER_MILLION))}</Whole>;
  }
  const { low, high, ratio } = answer.share;
  return <Whole names={[low.name, high.name]}>{t.share(low.name, percent(ratio), high.name)}</Whole>;
}

/** A sentence in which the names of models are not broken at their hyphens. */
function Whole({ names, children }: { names: string[]; children: string }) {
  const parts = names.reduce<string[]>(
    (rest, name) => rest.flatMap((part) => (names.includes(part) ? [part] : part.split(name).flatMap((s, i) => (i ? [name, s] : [s])))),
    [children],
  );
  return <>{parts.map((part, i) => (names.includes(part) ? <span key={i} class="whole">{part}</span> : part))}</>;
}

function Judgement({ share, running }: { share: Share; running: boolean }) {
  const t = useText();
  const { range, likely, top1_difference: accuracy, keeps } = share;
  const verdict = likely && share.verdict !== "unresolved" ? t.likely(t.verdict[share.verdict]) : t.verdict[share.verdict];
  const words = range && t.interval(percentNumber(range.low), percent(range.high));
  const by = (value: number) => points(Math.abs(value));
  const few = share.verdict === "unresolved" && !(share.low.enough_rounds && share.high.enough_rounds);
  return (
    <p class="judgement">
      {words ? t.judged(words, verdict, t[share.low.method]) : `${verdict}, ${t[share.low.method]}`}.{" "}
      {few && !running && t.fewRounds}{" "}
      {accuracy && (accuracy.low <= 0 && accuracy.high >= 0
        ? t.rightSame
        : accuracy.value < 0
          ? t.rightLess(by(accuracy.value), t.interval(by(accuracy.high), by(accuracy.low)))
          : t.rightMore(by(accuracy.value), t.interval(by(accuracy.low), by(accuracy.high))))}{" "}
      {keeps && t.keeps(keeps.name, percent(keeps.ratio))}
    </p>
  );
}

export function Tile({ title, value, unit, sub, name }: {
  title: string; value: string; unit: string; sub?: string | undefined; name?: string | undefined;
}) {
  return (
    <div class="tile">
      <dt>{title}</dt>
      <dd>
        <span class="big">{value}</span> <span class="unit">{unit}</span>
        {sub && <span class="sub">{sub}</span>}
        {name && <span class="who">{name}</span>}
      </dd>
    </div>
  );
}

function CarbonTile({ title, carbon }: { title: string; carbon: ModelCarbon }) {
  const t = useText();
  const [low, value, high] = [carbon.low, carbon.value, carbon.high].map((grams) => grams * PER_MILLION) as [number, number, number];
  const unit = unitFor("mass", [value]);
  // Two rounds may leave a bound below nothing, which no carbon is.
  const range = low < 0 ? t.atMost(number(high / unit.size)) : t.interval(number(low / unit.size), number(high / unit.size));
  return <Tile title={title} value={number(value / unit.size)} unit={unit.name}
    sub={`${t.perMillion}, ${range}`} name={carbon.name} />;
}

function FastTile({ name, seconds }: { name: string; seconds: number }) {
  const t = useText();
  const unit = unitFor("time", [seconds]);
  return <Tile title={t.tileFast} value={number(seconds / unit.size)} unit={unit.name} sub={t.median} name={name} />;
}

function Tiles({ report }: { report: Report }) {
  const t = useText();
  const carbons = carbonGroups(report)[0]?.models ?? [];
  const [least, most] = [carbons[0], carbons[carbons.length - 1]];
  const fast = fastest(report);
  const front = report.pareto[0];
  const accurate = front?.models.find((model) => model.name === front.most_accurate);
  return (
    <dl class="tiles">
      {least && <CarbonTile title={t.tileLeast} carbon={least} />}
      {most && most !== least && <CarbonTile title={t.tileMost} carbon={most} />}
      {fast?.latency && <FastTile name={fast.name} seconds={fast.latency.p50_s} />}
      {front && accurate && (
        <Tile title={t.tileAccurate} value={points(accurate.top1)} unit="%" sub={t.ofDataset(front.dataset)} name={accurate.name} />
      )}
      <GridTile report={report} />
    </dl>
  );
}

function GridTile({ report }: { report: Report }) {
  const t = useText();
  const { site } = report;
  const known = useStore(zones).value?.find((zone) => zone.name === site.zone);
  const name = site.zone === "custom" ? t.customZone : zoneName(known ?? { name: site.zone, iso2: null });
  return <Tile title={t.tileGrid} value={number(site.intensity_g_per_kwh)} unit={t.perKwh} sub={t.gridOf(name, site.year)}
    name={site.pue === 1 ? undefined : `PUE ${number(site.pue)}`} />;
}
