// SPDX-License-Identifier: Apache-2.0
/* Where the joules go: by part of the machine, and by stage around the inference. */
import { useId, useState } from "preact/hooks";
import { inUnit, number, percent, quantity, unitFor, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import {
  hasEnergy,
  isProvisional,
  type KnownEnergy,
  measuredModels,
  type Part,
  type PartName,
  type Report,
} from "../report";
import { AXIS_PX, AxisX, LINE_PX } from "./axis";
import type { ChartProps } from "./chart_props";
import { Canvas, Choice, Figure } from "./figure";
import { Hatch } from "./hatch";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import { HALO, ink, partInk } from "./palette";
import { BAR_PX, barTop, RowName, rowHit, rowsFor, type Rows } from "./rows";
import { linear, type Scale } from "./scale";
import { StagesFigure } from "./stages";
import type { TableData } from "./table";
import { textWidth, wrap } from "./text";

type View = "joules" | "share";
type KnownPart = Part & { joules: number };

interface Powered {
  name: string;
  method: KnownEnergy["method"];
  total: number;
  /** Of the headline, with joules. */
  parts: KnownPart[];
  all: Part[];
}

/** Ways of knowing apart, least first within each, as in the chart of carbon. */
function powered(report: Report): Powered[] {
  const order = ["measured", "mixed", "estimated"];
  return measuredModels(report)
    .flatMap(({ name, energy }) => {
      const total = hasEnergy(energy) ? energy.gross.per_inference_j.value : null;
      if (!hasEnergy(energy) || total === null) return [];
      const parts = energy.parts.filter((part): part is KnownPart => part.headline && part.joules !== null);
      return [{ name, method: energy.method, total, parts, all: energy.parts }];
    })
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method) || a.total - b.total);
}

export function EnergyChart(props: ChartProps) {
  return (
    <div class="chart-pair">
      <PartsFigure {...props} />
      <StagesFigure {...props} />
    </div>
  );
}

function PartsFigure({ report, chosenModel, onChoose, width }: ChartProps) {
  const say = useMessages();
  const [view, setView] = useState<View>("joules");
  const models = powered(report);
  return (
    <Figure
      name="energy-parts"
      title={say.partsTitle}
      summary={partsSummary(models, say)}
      table={partsTable(models, say)}
      provisional={isProvisional(report)}
      width={width}
      picture={models.length > 0}
      tools={
        models.length > 0 && (
          <Choice
            label={say.show}
            value={view}
            onChange={setView}
            options={[
              ["joules", say.joules],
              ["share", say.shares],
            ]}
          />
        )
      }
      notes={<p>{say.partsNote}</p>}
    >
      {(w) => models.length > 0 && <Picture {...{ models, view, chosenModel, onChoose }} width={w} />}
    </Figure>
  );
}

function partsSummary(models: Powered[], say: ChartMessages): string {
  const shares = (["cpu", "memory", "gpu"] as const).flatMap((name) => {
    const found = models.flatMap(({ parts, total }) =>
      parts.filter((p) => p.part === name).map((p) => p.joules / total),
    );
    return found.length === 0
      ? []
      : [say.partShare(say.part(name), percent(Math.min(...found)), percent(Math.max(...found)))];
  });
  return shares.length === 0 ? say.energyNone : say.partsSummary(shares);
}

function partsTable(models: Powered[], say: ChartMessages): TableData {
  return {
    columns: [
      { key: "model", title: say.model },
      { key: "part", title: say.columnPart },
      { key: "method", title: say.method },
      { key: "joules_j", title: say.columnJoules, show: number },
      { key: "systematic_low_j", title: say.columnSystematicLow, show: number },
      { key: "systematic_high_j", title: say.columnSystematicHigh, show: number },
      { key: "share_ratio", title: say.columnShare, show: percent },
    ],
    rows: models.flatMap(({ name, total, all }) =>
      all.map((part) => [
        name,
        say.part(part.part),
        say.methodOf(part.method),
        part.joules,
        part.low ?? null,
        part.high ?? null,
        part.joules === null || !part.headline ? null : part.joules / total,
      ]),
    ),
  };
}

/* ---- picture ---------------------------------------------------------------------------------- */

interface PictureProps extends Omit<ChartProps, "report"> {
  models: Powered[];
  view: View;
  width: number;
}

function Picture({ models, view, width, chosenModel, onChoose }: PictureProps) {
  const say = useMessages();
  const id = useId();
  const totals = models.map(({ total }) => total);
  const joules = unitFor("energy", totals);
  const unit: Unit = view === "joules" ? joules : { name: "%", size: 0.01 };
  const rows = rowsFor(
    models.map(({ name }) => name),
    width,
  );
  const value = (model: Powered) => inUnit(model.total, joules);
  const right = width - Math.max(...models.map((model) => textWidth(value(model), 13))) - 20;
  const max = view === "joules" ? Math.max(...totals) / unit.size : 100;
  const x = linear(max, rows.left, right);
  const signs = legend(legendItems(models, id, say), width);
  const top = signs.height + 6;
  const bottom = top + models.length * rows.height + 4;
  const words = view === "joules" ? say.energyAxis(unit.name) : say.shareAxis;
  const height = bottom + AXIS_PX + LINE_PX * wrap(words, right - rows.left).length + 6;
  const marks = models.map((model, i) =>
    partsMark({
      model,
      rows,
      x,
      unit,
      view,
      id,
      say,
      y: top + i * rows.height,
      chosen: model.name === chosenModel,
      value: view === "joules" ? value(model) : "",
    }),
  );
  return (
    <Canvas width={width} height={height} label={say.partsTitle}>
      <defs>
        {PARTS.map((part) => (
          <Hatch key={part} id={`${id}${part}`} line={partInk[part]} ground={ink.paper} />
        ))}
      </defs>
      {signs.draw}
      <AxisX scale={x} top={top} bottom={bottom} left={rows.left} right={right} words={words} />
      <Marks {...{ marks, width, height, onChoose }} chosen={chosenModel} label={say.marks(say.partsTitle)} />
    </Canvas>
  );
}

const PARTS = ["cpu", "memory", "gpu"] as const;

interface RowProps {
  model: Powered;
  rows: Rows;
  x: Scale;
  unit: Unit;
  view: View;
  id: string;
  say: ChartMessages;
  y: number;
  chosen: boolean;
  value: string;
}

function partsMark(row: RowProps): Mark {
  const { model, say } = row;
  const tip = [
    model.name,
    say.totalOf(quantity("energy", model.total), say.methodOf(model.method)),
    ...model.parts.map((part) =>
      say.partOf(
        say.part(part.part),
        quantity("energy", part.joules),
        percent(part.joules / model.total),
        say.methodOf(part.method),
        boundsOf(part, say),
      ),
    ),
  ];
  return { key: model.name, label: tip.join(", "), tip, hit: rowHit(row.rows, row.y), draw: <Row {...row} /> };
}

function boundsOf({ low, high }: Part, say: ChartMessages): string | null {
  return low === null || low === undefined || high === null || high === undefined
    ? null
    : say.range(quantity("energy", low), quantity("energy", high));
}

function Row({ model, rows, x, unit, view, id, say, y, chosen, value }: RowProps) {
  const top = barTop(rows, y);
  const whole = view === "joules" ? unit.size : model.total;
  const at = (joules: number) => x.at(view === "joules" ? joules / whole : (100 * joules) / whole);
  let before = 0;
  return (
    <>
      <RowName rows={rows} y={y} name={model.name} chosen={chosen} />
      {model.parts.map((part) => {
        const [from, to] = [at(before), at(before + part.joules)];
        before += part.joules;
        const words = say.part(part.part);
        return (
          <g key={part.part}>
            <rect
              x={from}
              y={top}
              width={Math.max(0.5, to - from)}
              height={BAR_PX}
              fill={part.method === "estimated" ? `url(#${id}${part.part})` : partInk[part.part]}
              stroke={partInk[part.part]}
              stroke-width={1.5}
            />
            {to - from > textWidth(words) + 12 && (
              <text x={(from + to) / 2} y={top + 13} text-anchor="middle" fill={ink.text} {...HALO}>
                {words}
              </text>
            )}
          </g>
        );
      })}
      <text x={at(before) + 8} y={top + 13} fill={ink.text} font-weight={700} {...HALO}>
        {value}
      </text>
    </>
  );
}

function legendItems(models: Powered[], id: string, say: ChartMessages): LegendItem[] {
  const seen = new Map<string, LegendItem>();
  for (const { parts } of models)
    for (const { part, method } of parts) {
      const fill = method === "estimated" ? `url(#${id}${part})` : partInk[part as PartName];
      const sign = <rect x={1} y={-11} width={16} height={13} fill={fill} stroke={partInk[part]} stroke-width={1.5} />;
      seen.set(`${part} ${method}`, [
        sign,
        say.partLegend(say.part(part), say.methodOf(method), method === "estimated"),
      ]);
    }
  return [...seen.values()];
}
