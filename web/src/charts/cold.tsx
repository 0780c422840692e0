// SPDX-License-Identifier: Apache-2.0
/* First use beside warm use: one load and one first inference against each one that follows. */
import { useState } from "preact/hooks";
import { inUnit, number, percent, unitFor, quantity, type Quantity, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import {
  energyMethods,
  hasEnergy,
  isProvisional,
  type MeasuredModel,
  measuredModels,
  reference,
  type Report,
} from "../report";
import { AXIS_PX, AxisX, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Choice, Figure } from "./figure";
import { useMessages } from "./language";
import { legend } from "./legend";
import { Marks, type Mark } from "./marks";
import { ink } from "./palette";
import { BAR_PX, barTop, RowName, rowHit, rowsFor, type Rows } from "./rows";
import { log, type Scale } from "./scale";
import type { TableData } from "./table";
import { wrap } from "./text";

type View = "time" | "energy" | "mass";

interface ColdWarm {
  name: string;
  cold: number;
  warm: number;
}

/** One quantity of both; a model where either is not known has no row. */
function pair(model: MeasuredModel, view: View): ColdWarm[] {
  const { name, load, latency, energy, footprint } = model;
  const cold = { time: load.cold_s, energy: load.cold_j?.value, mass: footprint?.cold_g?.value }[view];
  const warm = {
    time: latency?.p50_s,
    energy: hasEnergy(energy) ? energy.gross.per_inference_j.value : null,
    mass: footprint?.per_inference_g.value,
  }[view];
  return cold !== undefined && warm !== undefined && warm !== null && cold > 0 && warm > 0
    ? [{ name, cold, warm }]
    : [];
}

export function ColdWarmChart({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  const [view, setView] = useState<View>("time");
  const models = measuredModels(report)
    .flatMap((model) => pair(model, view))
    .sort((a, b) => a.cold - b.cold);
  return (
    <Figure
      name="cold-warm"
      title={say.coldTitle}
      summary={coldSummary(report, chosenModel, say)}
      table={coldTable(report, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={models.length > 0}
      notes={
        <p>
          {say.coldNote} {say.energyIs(energyMethods(report))}
        </p>
      }
      tools={
        measuredModels(report).length > 0 && (
          <Choice
            label={say.show}
            value={view}
            onChange={setView}
            options={[
              ["time", say.time],
              ["energy", say.joules],
              ["mass", say.carbon],
            ]}
          />
        )
      }
    >
      {(w) => models.length > 0 && <Picture {...{ models, view, chosenModel, onChoose }} width={w} />}
    </Figure>
  );
}

/** A first use is told as so many warm ones: the answer to "does one load pay?". */
function coldSummary(report: Report, chosen: string | undefined, say: ChartMessages): string {
  const models = measuredModels(report);
  const model = models.find(({ name }) => name === reference(report, chosen)) ?? models[0];
  const [time] = model ? pair(model, "time") : [];
  if (!model || !time) return say.coldNone;
  const [grams] = pair(model, "mass");
  const share = percent(model.load.seconds / model.load.cold_s);
  return say.coldSummary(
    time.name,
    quantity("time", time.cold),
    share,
    quantity("time", time.warm),
    grams ? number(grams.cold / grams.warm) : null,
  );
}

function coldTable(report: Report, say: ChartMessages): TableData {
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "load_s", title: say.seconds(say.stage("load")), show: number },
      { key: "first_inference_s", title: say.seconds(say.firstInference), show: number },
      { key: "cold_s", title: say.seconds(say.cold), show: number },
      { key: "warm_p50_s", title: say.seconds(say.warm), show: number },
      { key: "cold_j", title: say.joulesOf(say.cold), show: number },
      { key: "cold_low_j", title: say.columnSystematicLow, show: number },
      { key: "cold_high_j", title: say.columnSystematicHigh, show: number },
      { key: "warm_j", title: say.joulesOf(say.warm), show: number },
      { key: "cold_g", title: say.gramsOf(say.cold), show: number },
      { key: "warm_g", title: say.gramsOf(say.warm), show: number },
      { key: "method", title: say.method },
    ],
    rows: measuredModels(report).map(({ name, load, latency, energy, footprint }) => [
      name,
      load.seconds,
      load.first_inference_s,
      load.cold_s,
      latency?.p50_s ?? null,
      load.cold_j?.value ?? null,
      load.cold_j?.low ?? null,
      load.cold_j?.high ?? null,
      hasEnergy(energy) ? energy.gross.per_inference_j.value : null,
      footprint?.cold_g?.value ?? null,
      footprint?.per_inference_g.value ?? null,
      say.methodOf(load.method),
    ]),
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

function Picture({
  models,
  view,
  width,
  chosenModel,
  onChoose,
}: Omit<ChartProps, "report"> & { models: ColdWarm[]; view: View; width: number }) {
  const say = useMessages();
  const unit = unitFor(
    view as Quantity,
    models.flatMap(({ cold, warm }) => [cold, warm]),
  );
  const rows = rowsFor(
    models.map(({ name }) => name),
    width,
  );
  const right = width - 14;
  const ends = models.flatMap(({ cold, warm }) => [cold, warm]);
  const x = log((Math.min(...ends) / unit.size) * 0.8, (Math.max(...ends) / unit.size) * 1.25, rows.left + 8, right);
  const signs = legend(
    [
      [<WarmSign x={9} y={-4} />, say.warm],
      [<ColdSign x={9} y={-4} />, say.cold],
    ],
    width,
  );
  const top = signs.height + 6;
  const bottom = top + models.length * rows.height + 4;
  const words = say.coldAxis(unit.name, view === "mass");
  const height = bottom + AXIS_PX + LINE_PX * wrap(words, right - rows.left).length + 6;
  const marks = models.map((model, i) =>
    coldMark({ model, rows, x, unit, say, y: top + i * rows.height, chosen: model.name === chosenModel }),
  );
  return (
    <Canvas width={width} height={height} label={say.coldTitle}>
      {signs.draw}
      <AxisX scale={x} top={top} bottom={bottom} left={rows.left} right={right} words={words} />
      <Marks {...{ marks, width, height, onChoose }} chosen={chosenModel} label={say.marks(say.coldTitle)} />
    </Canvas>
  );
}

interface RowProps {
  model: ColdWarm;
  rows: Rows;
  x: Scale;
  unit: Unit;
  say: ChartMessages;
  y: number;
  chosen: boolean;
}

function coldMark({ model, rows, x, unit, say, y, chosen }: RowProps): Mark {
  const value = (v: number) => `${inUnit(v, unit)} ${unit.name}`;
  const tip = [
    model.name,
    `${say.cold}: ${value(model.cold)}`,
    `${say.warm}: ${value(model.warm)}`,
    say.coldAsWarm(number(model.cold / model.warm)),
  ];
  const middle = barTop(rows, y) + BAR_PX / 2;
  const [cold, warm] = [x.at(model.cold / unit.size), x.at(model.warm / unit.size)];
  return {
    key: model.name,
    label: tip.join(", "),
    tip,
    hit: rowHit(rows, y),
    draw: (
      <>
        <RowName rows={rows} y={y} name={model.name} chosen={chosen} />
        <line x1={warm} x2={cold} y1={middle} y2={middle} stroke={ink.axis} stroke-width={2} />
        <WarmSign x={warm} y={middle} />
        <ColdSign x={cold} y={middle} />
      </>
    ),
  };
}

const WarmSign = ({ x, y }: { x: number; y: number }) => (
  <circle cx={x} cy={y} r={6} fill={ink.mark} stroke={ink.paper} />
);

const ColdSign = ({ x, y }: { x: number; y: number }) => (
  <rect x={x - 5} y={y - 5} width={10} height={10} fill={ink.paper} stroke={ink.mark} stroke-width={2} />
);
