// SPDX-License-Identifier: Apache-2.0
/* The figures of a chart as a table: the twin that is read, searched, copied and exported. */

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

export function DataTable({ data, label }: { data: TableData; label: string }) {
  return (
    <div class="chart-table" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>{data.columns.map((column) => <th key={column.key} scope="col">{column.title}</th>)}</tr>
        </thead>
        <tbody>
          {data.rows.map((row, i) => (
            <tr key={i}>
              {data.columns.map((column, j) => {
                const cell = row[j] ?? null;
                const text = shown(cell, column);
                if (j === 0) return <th key={column.key} scope="row">{text}</th>;
                return <td key={column.key} class={typeof cell === "number" ? "chart-number" : undefined}>{text}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
