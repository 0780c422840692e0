// SPDX-License-Identifier: Apache-2.0
/* What accuracy beside carbon comes to, in sentences. The choice is that of the terminal. */
import { percent, percentNumber, points } from "../format";
import type { Against, Front, FrontModel } from "../report";
import type { ChartMessages } from "../messages/charts.en";

/** Worth a sentence: nothing beats it, and it emits less than the most accurate one. */
const isChoice = (model: FrontModel): boolean =>
  model.position !== "dominated" && (model.against_most_accurate?.carbon_ratio?.value ?? 1) < 1;

/** What costs the least accuracy for a saving that is settled, and what saves most. */
export function choices(front: Front): FrontModel[] {
  const worth = front.models.filter(isChoice);
  const near = worth.find((model) => model.against_most_accurate?.verdict === "lower");
  const least = worth.reduce<FrontModel | null>(
    (l, model) => (l && l.per_inference_g <= model.per_inference_g ? l : model),
    null,
  );
  return [near, least].filter((model, i, all): model is FrontModel => !!model && all.indexOf(model) === i);
}

export function againstSentence(name: string, best: string, against: Against, say: ChartMessages): string {
  const { value, low, high } = against.top1_difference;
  const carbon = against.carbon_ratio;
  if (!carbon) return "";
  return say.paretoSentence({
    name,
    best,
    lost: points(Math.abs(value)),
    lostLow: points(-high),
    lostHigh: points(-low),
    told: high < 0,
    share: percent(carbon.value),
    shareLow: percentNumber(carbon.low),
    shareHigh: percentNumber(carbon.high),
    verdict: say.verdict(against.verdict, against.likely),
    method: against.method,
  });
}

export function paretoSummary(front: Front, say: ChartMessages): string {
  const [only] = front.models;
  if (front.models.length === 1 && only) return say.paretoOnly(only.name, percent(only.top1));
  const found = choices(front).flatMap((model) =>
    model.against_most_accurate
      ? [againstSentence(model.name, front.most_accurate, model.against_most_accurate, say)]
      : [],
  );
  return found.length > 0 ? found.join(" ") : say.paretoNoChoice(front.most_accurate);
}
