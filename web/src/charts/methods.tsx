// SPDX-License-Identifier: Apache-2.0
/* What other tools would have said: a dot a tool on an axis of powers of ten, since they differ by
 * factors, over the band of MIEV's interval; and the table that tells why they differ. */
import { quantity, number, type Unit } from "../format";
import type { ChartMessages } from "../messages/charts.en";
import { AXIS_PX, AxisX, LINE_PX, Lines } from "./axis";
import { Canvas, Figure } from "./figure";
import { useMessages } from "./language";
import { legend, type LegendItem } from "./legend";
import { Marks, type Mark } from "./marks";
import {
  axisEnds, gramsUnit, hasAnswer, joulesUnit, methodsRows, methodsSummary, methodsTable, productWords, toolName, type Told,
} from "./methods_data";
import { ink } from "./palette";
import { BAR_PX, barTop, RowName, rowHit, rowsFor, type Rows } from "./rows";
import { log, type Scale } from "./scale";
import { Table } from "./table";
import { wrap } from "./text";
import { Whisker } from "./whisker";

interface Props {
  told: Told;
  title: string;
  /** What the grams are of: "one inference". */
  of: string;
  width?: number;
}

export function MethodsChart({ told, title, of, width }: Props) {
  const say = useMessages();
  const unit = gramsUnit(told);
  const ends = axisEnds(told, unit);
  return (
    <Figure
      name="methods"
      title={title}
      summary={methodsSummary(told, say)}
      table={methodsTable(told, say)}
      twin={false}
      picture={ends !== null}
      width={width}
      notes={<p>{say.methodsNote}</p>}
    >
      {(w) => (
        <>
          {ends && <Picture {...{ told, title, of, unit, ends }} width={w} />}
          <MethodsTable told={told} title={title} />
        </>
      )}
    </Figure>
  );
}

function MethodsTable({ told, title }: { told: Told; title: string }) {
  const say = useMessages();
  return (
    <Table
      whole
      label={say.tableOf(title)}
      headings={[
        { title: say.columnTool },
        { title: say.columnGramsIn(gramsUnit(told).name), kind: "number" },
        { title: say.columnOfMiev, kind: "number" },
        { title: say.columnEnergyIn(joulesUnit(told).name), kind: "number" },
        { title: "PUE", kind: "number" },
        { title: say.columnGrid },
      ]}
      rows={methodsRows(told, say).map(({ key, name, grams, range, ratio, joules, pue, grid, how, checked }) => ({
        key,
        cells: [
          <>{name}<small>{how}</small>{checked && <small>{say.checkedAgainst(checked)}</small>}</>,
          <>{grams}{range && <><br /><small>{range}</small></>}</>,
          ratio,
          joules,
          pue,
          grid,
        ],
      }))}
    />
  );
}

/* ---- picture ---------------------------------------------------------------------------------- */

interface PictureProps {
  told: Told;
  title: string;
  of: string;
  unit: Unit;
  ends: [number, number];
  width: number;
}

/** A little air at both ends, so that no dot is cut off; on a scale of factors that is a factor. */
const AIR = 1.3;

function Picture({ told, title, of, unit, ends, width }: PictureProps) {
  const say = useMessages();
  const names = [toolName({ name: "MIEV", version: told.own.version }), ...told.others.map(toolName)];
  const rows = rowsFor(names, width);
  const right = width - 14;
  const x = log(ends[0] / AIR, ends[1] * AIR, rows.left, right);
  const signs = legend(legendItems(told, say), width);
  const top = signs.height + 6;
  const bottom = top + names.length * rows.height;
  const words = say.methodsAxis(unit.name, of);
  const height = bottom + AXIS_PX + LINE_PX * wrap(words, right - rows.left).length + 10;
  const place = (i: number): Place => ({ rows, x, y: top + i * rows.height, unit, say });
  const marks = [ownMark(told, place(0)), ...told.others.map((tool, i) => toolMark(tool, place(i + 1)))];
  return (
    <Canvas width={width} height={height} label={title}>
      {signs.draw}
      <Band told={told} x={x} unit={unit} top={top} bottom={bottom + 4} />
      <AxisX scale={x} top={top} bottom={bottom + 4} left={rows.left} right={right} words={words} />
      <Marks {...{ marks, width, height }} label={say.marks(title)} />
    </Canvas>
  );
}

function legendItems({ own, others }: Told, say: ChartMessages): LegendItem[] {
  const answers = others.filter(hasAnswer);
  const items: LegendItem[] = [];
  if (own.grams) items.push([<rect x={1} y={-12} width={16} height={14} fill={ink.soft} stroke={ink.axis} />, say.legendOwn]);
  if (answers.some((tool) => tool.within_miev === true)) items.push([<Dot x={9} y={-4} filled />, say.legendInside]);
  if (answers.some((tool) => tool.within_miev !== true)) items.push([<Dot x={9} y={-4} filled={false} />, say.legendOutside]);
  return items;
}

function Band({ told, x, unit, top, bottom }: { told: Told; x: Scale; unit: Unit; top: number; bottom: number }) {
  const { grams } = told.own;
  if (!grams) return null;
  const [from, value, to] = [grams.low, grams.value, grams.high].map((end) => x.at(end / unit.size)) as [number, number, number];
  return (
    <g aria-hidden="true">
      <rect x={from} y={top} width={Math.max(2, to - from)} height={bottom - top} fill={ink.soft} />
      <line x1={value} x2={value} y1={top} y2={bottom} stroke={ink.axis} />
    </g>
  );
}

interface Place {
  rows: Rows;
  x: Scale;
  y: number;
  unit: Unit;
  say: ChartMessages;
}

const markOf = (key: string, tip: string[], { rows, y }: Place, draw: Mark["draw"]): Mark => ({
  key, tip, label: tip.join(", "), hit: rowHit(rows, y), draw,
});

function ownMark({ own }: Told, place: Place): Mark {
  const { rows, x, y, unit, say } = place;
  const name = toolName({ name: "MIEV", version: own.version });
  const { grams } = own;
  const middle = barTop(rows, y) + BAR_PX / 2;
  const tip = [
    name,
    ...(grams ? [quantity("mass", grams.value), say.range(quantity("mass", grams.low), quantity("mass", grams.high))] : []),
    own.method,
  ];
  return markOf("miev", tip, place, (
    <>
      <RowName rows={rows} y={y} name={name} chosen />
      {grams && (
        <>
          <Whisker x1={x.at(grams.low / unit.size)} x2={x.at(grams.high / unit.size)} y={middle} open={grams.low <= 0} />
          <Dot x={x.at(grams.value / unit.size)} y={middle} filled />
        </>
      )}
    </>
  ));
}

function toolMark(tool: Told["others"][number], place: Place): Mark {
  const { rows, x, y, unit, say } = place;
  const name = toolName(tool);
  const middle = barTop(rows, y) + BAR_PX / 2;
  const row = <RowName rows={rows} y={y} name={name} chosen={false} />;
  if (!hasAnswer(tool))
    return markOf(tool.id, [name, say.noAnswer(tool.why)], place, (
      <>
        {row}
        <Lines x={rows.left + 4} y={middle + 4} lines={[say.noAnswerShort]} />
      </>
    ));
  const ratio = tool.of_miev_ratio;
  const tip = [
    name,
    quantity("mass", tool.co2e_g),
    ...(ratio === null ? [] : [say.timesMiev(number(ratio), tool.within_miev === true)]),
    productWords(tool),
    tool.power_model,
  ];
  return markOf(tool.id, tip, place, (
    <>
      {row}
      <Dot x={x.at(tool.co2e_g / unit.size)} y={middle} filled={tool.within_miev === true} />
    </>
  ));
}

/** Filled lies inside MIEV's interval, a ring outside. */
const Dot = ({ x, y, filled }: { x: number; y: number; filled: boolean }) => (
  <circle cx={x} cy={y} r={5.5} fill={filled ? ink.mark : ink.paper} stroke={ink.mark} stroke-width={2} />
);
