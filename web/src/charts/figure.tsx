// SPDX-License-Identifier: Apache-2.0
/* The frame of every chart: title, the picture in one sentence, the picture, its table and files. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { save, toCsv, toJson, toPng, toSvg, type Words } from "./export";
import { useMessages } from "./language";
import { FONT_PX } from "./palette";
import { DataTable, type TableData } from "./table";

export interface FigureProps {
  /** Name of the files: "carbon". */
  name: string;
  title: string;
  /** The picture in a sentence, for those who do not see it and those who do. */
  summary: string;
  table: TableData;
  /** The figures may still move: the study has not ended. */
  provisional?: boolean;
  /** Choices that belong to the picture, beside its title. */
  tools?: ComponentChildren;
  /** Words below the picture. */
  notes?: ComponentChildren;
  /** False for what is words and tables only: no SVG, no PNG. */
  picture?: boolean;
  /** False where the figure shows its table already. */
  twin?: boolean;
  width?: number | undefined;
  children: (width: number) => ComponentChildren;
}

/** Width of an element, followed as it changes: charts are drawn at it, never scaled. */
function useWidth(given: number | undefined) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(given ?? 0);
  useLayoutEffect(() => {
    if (given !== undefined || !box.current) return;
    const element = box.current;
    setWidth(Math.floor(element.clientWidth));
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [given]);
  return { box, width: given ?? width };
}

export function Figure(props: FigureProps) {
  const { name, title, summary, table, tools, notes, provisional = false, picture = true, twin = true } = props;
  const say = useMessages();
  const id = useId();
  const { box, width } = useWidth(props.width);
  const [open, setOpen] = useState(false);
  return (
    <figure class="chart" aria-labelledby={`${id}t`} aria-describedby={`${id}s`}>
      <figcaption>
        <div class="chart-head">
          <h3 id={`${id}t`}>{title}</h3>
          {provisional && <span class="chart-badge">{say.provisional}</span>}
          {tools}
        </div>
        <p id={`${id}s`}>{summary}</p>
      </figcaption>
      <div class="chart-plot" ref={box}>
        {width > 0 && props.children(width)}
      </div>
      {notes && <div class="chart-notes">{notes}</div>}
      <div class="chart-bar">
        {twin && table.rows.length > 0 && (
          <button type="button" aria-expanded={open} aria-controls={`${id}d`} onClick={() => setOpen(!open)}>
            {say.table}
          </button>
        )}
        {table.rows.length > 0 && (
          <Exports
            {...{ name, summary, table, picture }}
            title={provisional ? `${title} (${say.provisional})` : title}
            svg={() => box.current?.querySelector("svg") ?? null}
          />
        )}
      </div>
      <div id={`${id}d`}>{twin && open && <DataTable data={table} label={say.tableOf(title)} />}</div>
    </figure>
  );
}

interface ExportsProps {
  name: string;
  title: string;
  summary: string;
  table: TableData;
  picture: boolean;
  svg: () => SVGSVGElement | null;
}

type Export = [ending: string, run: () => void];

function Exports({ name, title, summary, table, picture, svg }: ExportsProps) {
  const say = useMessages();
  const keep = (blob: Blob, ending: string) => save(blob, `miev-${name}.${ending}`);
  const drawn = (use: (element: SVGSVGElement, words: Words) => void) => () => {
    const element = svg();
    const notes = [...(element?.closest("figure")?.querySelectorAll(".chart-notes p") ?? [])];
    if (element) use(element, { title, summary, notes: notes.map((note) => note.textContent ?? "") });
  };
  const data: Export[] = [
    ["csv", () => keep(new Blob([toCsv(table)], { type: "text/csv" }), "csv")],
    ["json", () => keep(new Blob([toJson(table)], { type: "application/json" }), "json")],
  ];
  const pictures: Export[] = [
    ["svg", drawn((svg, words) => keep(new Blob([toSvg(svg, words).text], { type: "image/svg+xml" }), "svg"))],
    ["png", drawn((svg, words) => void toPng(svg, words).then((blob) => keep(blob, "png")))],
  ];
  return (
    <span class="chart-exports" role="group" aria-label={say.saveAs(title)}>
      {[...data, ...(picture ? pictures : [])].map(([ending, run]) => (
        <button key={ending} type="button" onClick={run}>
          {ending.toUpperCase()}
        </button>
      ))}
    </span>
  );
}

/** The picture's root, at the size that it is drawn at. */
export function Canvas({
  width,
  height,
  label,
  children,
}: {
  width: number;
  height: number;
  label: string;
  children: ComponentChildren;
}) {
  return (
    <svg
      class="chart-svg"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      font-size={FONT_PX}
      role="group"
      aria-label={label}
    >
      {children}
    </svg>
  );
}

/** One of a few ways to see a chart. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}) {
  return (
    <div class="chart-choice-bar" role="group" aria-label={label}>
      {options.map(([key, words]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {words}
        </button>
      ))}
    </div>
  );
}
