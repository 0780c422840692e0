// SPDX-License-Identifier: Apache-2.0
/* The figures of a chart as a table: the twin that is read, searched, copied and exported. */

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

/** Rows that hold every word asked for, in any cell as it is shown. */
export function matching({ columns, rows }: TableData, words: string): Cell[][] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return rows.filter((row) => {
    const text = columns
      .map((column, i) => shown(row[i] ?? null, column))
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

function Rows({ columns, rows, label }: TableData & { label: string }) {
  return (
    <div class="chart-table" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col">
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {columns.map((column, j) => {
                const cell = row[j] ?? null;
                const text = shown(cell, column);
                if (j === 0)
                  return (
                    <th key={column.key} scope="row">
                      {text}
                    </th>
                  );
                const kind = typeof cell === "number" ? "chart-number" : text.length > LONG ? "chart-long" : undefined;
                return (
                  <td key={column.key} class={kind}>
                    {text}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
