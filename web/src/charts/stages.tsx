// SPDX-License-Identifier: Apache-2.0
/* The joules of what stands around an inference, each stage a row, each model a dot. Dots on a
 * logarithmic axis: decoding a photo may take a thousand times what a small model does. */
import { number, percent, quantity, unitFor } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import {
  energyMethods,
  hasEnergy,
  isProvisional,
  type MeasuredModel,
  measuredModels,
  type Method,
  reference,
  type Report,
  type StageName,
} from "../report";
import { AXIS_PX, AxisX, Lines, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Figure } from "./figure";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { ink, SMALL_MARK_PX } from "./palette";
import { log } from "./scale";
import type { TableData } from "./table";
import { wrap } from "./text";

type AnyStage = StageName | "inference" | "load";

const ORDER: AnyStage[] = ["load", "decode", "preprocess", "inference", "postprocess"];

interface StageJoules {
  model: string;
  stage: AnyStage;
  joules: number | null;
  seconds: number | null;
  method: Method;
}

function stagesOf(model: MeasuredModel): StageJoules[] {
  const { name, load, energy, stages, latency } = model;
  const known = hasEnergy(energy);
  const inference = known ? energy.gross.per_inference_j.value : null;
  const all: StageJoules[] = [
    { model: name, stage: "load", joules: load.gross_j, seconds: load.seconds, method: load.method },
    {
      model: name,
      stage: "inference",
      joules: inference,
      seconds: known ? energy.inference_s : (latency?.p50_s ?? null),
      method: energy.method,
    },
    ...stages.map(({ stage, gross_j, seconds, method }) => ({ model: name, stage, joules: gross_j, seconds, method })),
  ];
  return all.sort((a, b) => ORDER.indexOf(a.stage) - ORDER.indexOf(b.stage));
}

/** Share of the inference in one request: decode, preprocess, inference, postprocess. */
export function inferenceShare(model: MeasuredModel): number | null {
  const request = stagesOf(model).filter(({ stage }) => stage !== "load");
  const inference = request.find(({ stage }) => stage === "inference")?.joules ?? null;
  if (inference === null || request.length < 4 || request.some(({ joules }) => joules === null)) return null;
  const total = request.reduce((sum, { joules }) => sum + (joules ?? 0), 0);
  return total > 0 ? inference / total : null;
}

export function StagesFigure({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  const models = measuredModels(report);
  const shown = reference(report, chosenModel) ?? models[0]?.name ?? null;
  const stages = models.flatMap(stagesOf);
  const drawn = stages.filter(({ joules }) => joules !== null && joules > 0);
  return (
    <Figure
      name="energy-stages"
      title={say.stagesTitle}
      summary={stagesSummary(report, shown, say)}
      table={stagesTable(stages, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={drawn.length > 0}
      notes={energyMethods(report).length > 0 && <p>{say.energyIs(energyMethods(report))}</p>}
    >
      {(w) => drawn.length > 0 && <Picture stages={drawn} shown={shown} width={w} onChoose={onChoose} />}
    </Figure>
  );
}

function stagesSummary(report: Report, shown: string | null, say: ChartMessages): string {
  const model = measuredModels(report).find(({ name }) => name === shown);
  if (!model) return say.energyNone;
  const share = inferenceShare(model);
  const largest = stagesOf(model).reduce<StageJoules | null>(
    (most, s) => ((s.joules ?? 0) > (most?.joules ?? 0) ? s : most),
    null,
  );
  if (!largest || largest.joules === null) return say.energyNone;
  if (share === null) return say.stagesUnknown(model.name);
  return say.stagesSummary(model.name, percent(share), say.stage(largest.stage), quantity("energy", largest.joules));
}

function stagesTable(stages: StageJoules[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "stage", title: say.columnStage },
      { key: "joules_j", title: say.columnJoules, show: number },
      { key: "seconds_s", title: say.columnSeconds, show: number },
      { key: "method", title: say.method },
    ],
    rows: stages.map((s) => [s.model, say.stage(s.stage), s.joules, s.seconds, say.methodOf(s.method)]),
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

const ROW_PX = 46;

interface PictureProps {
  stages: StageJoules[];
  shown: string | null;
  width: number;
  onChoose: ChartProps["onChoose"];
}

function legendItems(stages: StageJoules[], shown: string | null, say: ChartMessages): LegendItem[] {
  const items: LegendItem[] = [[<Dot x={9} y={-4} shown />, shown ?? ""]];
  if (stages.some((s) => s.model !== shown)) items.push([<Dot x={9} y={-4} shown={false} />, say.otherModels]);
  return items;
}

function Picture({ stages, shown, width, onChoose }: PictureProps) {
  const say = useMessages();
  const joules = stages.map((s) => s.joules as number);
  const unit = unitFor("energy", joules);
  const right = width - 14;
  const x = log((Math.min(...joules) / unit.size) * 0.7, (Math.max(...joules) / unit.size) * 1.4, 14, right);
  const signs = legend(legendItems(stages, shown, say), width);
  const top = signs.height + 4;
  const rows = ORDER.filter((stage) => stages.some((s) => s.stage === stage));
  const bottom = top + rows.length * ROW_PX + 4;
  const height = bottom + AXIS_PX + LINE_PX * wrap(say.energyAxisLog(unit.name), right - 14).length + 6;
  const valueOf = (stage: AnyStage) => {
    const found = stages.find((s) => s.stage === stage && s.model === shown)?.joules;
    return found ? quantity("energy", found) : "–";
  };
  const order = (s: StageJoules) => rows.indexOf(s.stage) * 2 + (s.model === shown ? 1 : 0);
  const marks = [...stages]
    .sort((a, b) => order(a) - order(b))
    .map((s) =>
      stageMark(s, {
        x: x.at((s.joules as number) / unit.size),
        y: top + rows.indexOf(s.stage) * ROW_PX,
        say,
        shown: s.model === shown,
      }),
    );
  return (
    <Canvas width={width} height={height} label={say.stagesTitle}>
      {signs.draw}
      <AxisX scale={x} top={top} bottom={bottom} left={14} right={right} words={say.energyAxisLog(unit.name)} />
      {rows.map((stage, i) => (
        <g key={stage}>
          <line x1={2} x2={width - 2} y1={top + i * ROW_PX} y2={top + i * ROW_PX} stroke={ink.grid} />
          <Lines x={2} y={top + i * ROW_PX + 15} lines={[say.stage(stage)]} fill={ink.text} />
          <Lines
            x={width - 2}
            y={top + i * ROW_PX + 15}
            lines={[valueOf(stage)]}
            fill={ink.text}
            anchor="end"
            weight={700}
          />
        </g>
      ))}
      <Marks
        {...{ marks, width, height }}
        label={say.marks(say.stagesTitle)}
        onChoose={onChoose && ((key) => onChoose(key.slice(key.indexOf(" ") + 1)))}
      />
    </Canvas>
  );
}

interface Place {
  x: number;
  y: number;
  say: ChartMessages;
  shown: boolean;
}

function stageMark(s: StageJoules, { x, y, say, shown }: Place): Mark {
  const value = quantity("energy", s.joules as number);
  const tip = [s.model, `${say.stage(s.stage)}: ${value}, ${say.methodOf(s.method)}`];
  if (s.seconds !== null) tip.push(quantity("time", s.seconds));
  const middle = y + 31;
  return {
    key: `${s.stage} ${s.model}`,
    label: tip.join(", "),
    tip,
    hit: { x: x - SMALL_MARK_PX / 2, y: middle - SMALL_MARK_PX / 2, width: SMALL_MARK_PX, height: SMALL_MARK_PX },
    draw: <Dot x={x} y={middle} shown={shown} />,
  };
}

function Dot({ x, y, shown }: { x: number; y: number; shown: boolean }) {
  return shown ? (
    <circle cx={x} cy={y} r={6} fill={ink.mark} stroke={ink.paper} />
  ) : (
    <circle cx={x} cy={y} r={4.5} fill={ink.paper} fill-opacity={0.6} stroke={ink.mark} stroke-width={1.5} />
  );
}
