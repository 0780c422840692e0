// SPDX-License-Identifier: Apache-2.0
/* A long table of places: searched by words, put in order by a column. Where rows are cards, and so
 * without headings, the order is chosen from a list. */

import { useId, useState } from "preact/hooks";
import { useMessages } from "./language";
import { matching, shown, Table, type Cell, type Heading, type TableData } from "./table";

export interface Order {
  column: number;
  falling: boolean;
}

/** Numbers by their size, words as people file them; what is not known comes last either way. */
export function ordered(rows: readonly Cell[][], { column, falling }: Order): Cell[][] {
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const cell = (row: Cell[]) => row[column] ?? null;
  const compare = (a: Cell, b: Cell) =>
    typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  return [...rows].sort((left, right) => {
    const a = cell(left);
    const b = cell(right);
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
    return falling ? compare(b, a) : compare(a, b);
  });
}

interface Props {
  data: TableData;
  label: string;
  search: string;
  onSearch: (words: string) => void;
  /** Where the order begins: the place of a column. */
  first: number;
  /** Words of a row that are looked for and not shown, as codes and names in other languages. */
  more: (row: Cell[]) => string;
}

export function PlacesTable({ data, label, search, onSearch, first, more }: Props) {
  const say = useMessages();
  const id = useId();
  const [order, setOrder] = useState<Order>({ column: first, falling: false });
  const rows = ordered(matching(data, search, more), order);
  const turn = (column: number) => setOrder({ column, falling: order.column === column && !order.falling });
  return (
    <div class="chart-places">
      <div class="chart-search">
        <label for={`${id}s`}>{say.searchPlaces}</label>
        <input id={`${id}s`} type="search" value={search} maxLength={64} autocomplete="off"
          onInput={(event) => onSearch(event.currentTarget.value)} />
        <span role="status">{say.placesFound(rows.length, data.rows.length)}</span>
        <label class="chart-order">
          {say.orderBy}
          <select value={`${order.column} ${order.falling}`} onChange={(event) => {
            const [column, falling] = event.currentTarget.value.split(" ");
            setOrder({ column: Number(column), falling: falling === "true" });
          }}>
            {data.columns.flatMap(({ title }, i) => [
              <option key={`${i} false`} value={`${i} false`}>{say.orderRising(title)}</option>,
              <option key={`${i} true`} value={`${i} true`}>{say.orderFalling(title)}</option>,
            ])}
          </select>
        </label>
      </div>
      {rows.length === 0 ? <p class="chart-none">{say.placesNone}</p> : (
        <Table label={label} headings={headingsOf(data, rows, order, turn)}
          rows={rows.map((row, i) => ({ key: i, cells: data.columns.map((column, j) => shown(row[j] ?? null, column)) }))} />
      )}
    </div>
  );
}

const LONG = 30;

function headingsOf(data: TableData, rows: Cell[][], order: Order, turn: (column: number) => void): Heading[] {
  return data.columns.map((column, i) => {
    const numbers = rows.some((row) => typeof row[i] === "number");
    const long = rows.some((row) => shown(row[i] ?? null, column).length > LONG);
    const sorted = order.column !== i ? "none" : order.falling ? "descending" : "ascending";
    return { title: column.title, kind: numbers ? "number" : long ? "long" : undefined, sort: { sorted, turn: () => turn(i) } };
  });
}
