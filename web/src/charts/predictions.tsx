// SPDX-License-Identifier: Apache-2.0
/* What each model says about the photo, and which things it can say at all. */
import { percent, percentTenths } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { isMeasured, isProvisional, measuredModels, type Model, type Prediction, type Report } from "../report";
import type { ChartProps } from "./chart_props";
import { Figure } from "./figure";
import { useMessages } from "./language";
import { ink } from "./palette";
import type { TableData } from "./table";

/** So many labels can be read at a glance; of more the number is told. */
const SMALL_SET = 20;
const BAR_WIDTH_PX = 96;
const BAR_HEIGHT_PX = 12;

export interface PredictionsProps extends ChartProps {
  /** Address of the photo; without it the answers stand alone. */
  photo?: string | null | undefined;
}

const answers = (model: Model): Prediction[] => model.predictions ?? [];

export function PredictionsView({ report, chosenModel, onChoose, width, photo }: PredictionsProps) {
  const say = useMessages();
  const common = knownByAll(report, say);
  return (
    <Figure
      name="predictions"
      title={say.predictionsTitle}
      summary={predictionsSummary(report, say)}
      table={predictionsTable(report, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={false}
      notes={
        <>
          {common !== null && <p>{say.allKnow(common)}</p>}
          <p>{say.scoreNote}</p>
        </>
      }
    >
      {() => (
        <div class="chart-answers">
          {photo && <img src={photo} alt={say.photoAlt(report.input.name)} />}
          <ul>
            {report.models.filter((model) => isMeasured(model) || !isProvisional(report)).map((model) => (
              <li key={model.name} class={model.name === chosenModel ? "chart-chosen" : undefined}>
                <Answers
                  model={model}
                  chosen={model.name === chosenModel}
                  onChoose={onChoose}
                  alike={common !== null}
                />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Figure>
  );
}

/** Who agrees on the first answer, most first. No word on who is right: the report does not know. */
export function predictionsSummary(report: Report, say: ChartMessages): string {
  const votes = new Map<string, number>();
  for (const model of report.models) {
    const label = answers(model)[0]?.label;
    if (label !== undefined) votes.set(label, (votes.get(label) ?? 0) + 1);
  }
  const sorted = [...votes].sort((a, b) => b[1] - a[1]);
  return sorted.length === 0 ? say.noAnswers : say.votes(report.input.name, sorted);
}

function Answers({
  model,
  chosen,
  onChoose,
  alike,
}: {
  model: Model;
  chosen: boolean;
  onChoose: ChartProps["onChoose"];
  alike: boolean;
}) {
  const say = useMessages();
  return (
    <>
      <h4>
        {onChoose ? (
          <button type="button" aria-pressed={chosen} onClick={() => onChoose(model.name)}>
            {model.name}
          </button>
        ) : (
          model.name
        )}
      </h4>
      {!isMeasured(model) && <p>{say.failed(model.name, model.error.message)}</p>}
      <ol>
        {answers(model).map(({ label, index, score }) => (
          <li key={index}>
            <span>{label}</span>
            <ScoreBar score={score} />
            <span class="chart-number">{percentTenths(score)}</span>
          </li>
        ))}
      </ol>
      {isMeasured(model) && !alike && <p>{knows(model.knows.classes, model.knows.first, say)}</p>}
      {model.guesses && model.guesses.length > 0 && <p>{say.guessed(model.guesses)}</p>}
    </>
  );
}

/** Told once where it is the same for all of several. */
function knownByAll(report: Report, say: ChartMessages): string | null {
  const words = new Set(measuredModels(report).map((model) => knows(model.knows.classes, model.knows.first, say)));
  return words.size === 1 && measuredModels(report).length > 1 ? ([...words][0] as string) : null;
}

function knows(classes: number, first: string[], say: ChartMessages): string {
  if (classes === 0) return say.knowsNothing;
  const all = classes <= SMALL_SET && first.length === classes;
  return say.knows(classes, first, all);
}

/** From a true zero to 1; the number beside it tells the rest. */
function ScoreBar({ score }: { score: number }) {
  return (
    <svg width={BAR_WIDTH_PX} height={BAR_HEIGHT_PX} aria-hidden="true">
      <rect x={0.5} y={0.5} width={BAR_WIDTH_PX - 1} height={BAR_HEIGHT_PX - 1} fill="none" stroke={ink.grid} />
      <rect width={Math.max(0, Math.min(1, score)) * BAR_WIDTH_PX} height={BAR_HEIGHT_PX} fill={ink.mark} />
    </svg>
  );
}

function predictionsTable(report: Report, say: ChartMessages): TableData {
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "rank", title: say.columnRank },
      { key: "label", title: say.columnLabel },
      { key: "score_ratio", title: say.columnScore, show: percent },
    ],
    rows: report.models.flatMap((model) =>
      answers(model).map(({ label, score }, i) => [model.name, i + 1, label, score]),
    ),
  };
}
