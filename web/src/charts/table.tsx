// SPDX-License-Identifier: Apache-2.0
/* The figures of a chart as a table: the twin that is read, searched, copied and exported. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useMessages } from "./language";

export type Cell = string | number | boolean | null;

export interface Column {
  /** Name in CSV and JSON, with its unit: "per_million_g". */
  key: string;
  title: string;
  /** How a number is shown; the exports keep it unrounded. */
  show?: (value: number) => string;
}

export interface TableData {
  columns: Column[];
  rows: Cell[][];
}

export const shown = (cell: Cell, column: Column): string => {
  if (cell === null) return "–";
  if (typeof cell === "number") return column.show ? column.show(cell) : String(cell);
  return String(cell);
};

/** Longer ones can be searched. */
const SEARCH_FROM = 20;

/** Words that get a wide column, lest a row be as high as a paragraph. */
const LONG = 30;

/** Rows that hold every word asked for, in any cell as it is shown or in what `more` says of them. */
export function matching({ columns, rows }: TableData, words: string, more: (row: Cell[]) => string = () => ""): Cell[][] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return rows.filter((row) => {
    const text = columns
      .map((column, i) => shown(row[i] ?? null, column))
      .concat(more(row))
      .join(" ")
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

export function DataTable({ data, label }: { data: TableData; label: string }) {
  const say = useMessages();
  const [words, setWords] = useState("");
  const rows = matching(data, words);
  return (
    <>
      {data.rows.length > SEARCH_FROM && (
        <label class="chart-search">
          {say.search}
          <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
          <span role="status">{say.found(rows.length, data.rows.length)}</span>
        </label>
      )}
      <Rows columns={data.columns} rows={rows} label={label} />
    </>
  );
}

/** Numbers stand at the end of their column, long words get a wide one. */
function kindOf(column: Column, i: number, rows: Cell[][]): Heading["kind"] {
  if (rows.some((row) => typeof row[i] === "number")) return "number";
  return rows.some((row) => shown(row[i] ?? null, column).length > LONG) ? "long" : undefined;
}

function Rows({ columns, rows, label }: TableData & { label: string }) {
  return (
    <Table
      label={label}
      headings={columns.map((column, i) => ({ title: column.title, kind: kindOf(column, i, rows) }))}
      rows={rows.map((row, i) => ({ key: i, cells: columns.map((column, j) => shown(row[j] ?? null, column)) }))}
    />
  );
}

export interface Heading {
  title: string;
  kind?: "number" | "long" | undefined;
  /** A heading that puts the rows in order. */
  sort?: { sorted: "ascending" | "descending" | "none"; turn: () => void };
}

const ARROWS = { ascending: "▲", descending: "▼", none: "" } as const;

/** Where rows are cards the button is not there, and the title stays for those who hear it. */
function SortButton({ title, sort }: { title: string; sort: NonNullable<Heading["sort"]> }) {
  return (
    <>
      <button type="button" class="chart-sort" onClick={sort.turn}>
        {title}
        <span aria-hidden="true">{ARROWS[sort.sorted]}</span>
      </button>
      <span class="chart-sorted-title">{title}</span>
    </>
  );
}

interface TableProps {
  label: string;
  headings: Heading[];
  /** The first cell of a row is its heading. */
  rows: { key: string | number; cells: ComponentChildren[] }[];
  /** All rows at once; else the table scrolls within itself. */
  whole?: boolean;
}

/** A table; where it is too narrow for columns, each row is a card with its headings before its cells.
 * The roles are said outright, because browsers forget them of rows that are laid out as cards. */
export function Table({ label, headings, rows, whole = false }: TableProps) {
  const cells = (row: ComponentChildren[]) =>
    headings.slice(1).map(({ title, kind }, i) => (
      <td key={i} role="cell" data-title={title} class={kind && `chart-${kind}`}>
        <div>{row[i + 1]}</div>
      </td>
    ));
  return (
    <div class={whole ? "chart-table chart-table-whole" : "chart-table"} role="region" aria-label={label} tabIndex={0}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            {headings.map(({ title, kind, sort }, i) => (
              <th key={i} scope="col" role="columnheader" class={kind && `chart-${kind}`} aria-sort={sort?.sorted}>
                {sort ? <SortButton title={title} sort={sort} /> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(({ key, cells: row }) => (
            <tr key={key} role="row">
              <th scope="row" role="rowheader">
                {row[0]}
              </th>
              {cells(row)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
