// SPDX-License-Identifier: Apache-2.0
/* What the calculator is asked, and the address that says the same: the fields are those of
 * /api/v1/estimate, so that the address is the question. Pure. */

import { typedNumber } from "./pricing";

export type RunsOn = "machine" | "cpu" | "instance";
export const CLASSES = ["server", "desktop", "laptop"] as const;
export type MachineClass = (typeof CLASSES)[number];

export interface Work {
  hours: number;
  /** Of all CPUs, on average. */
  usage: number;
  on: RunsOn;
  /** Of `on`: the name of the processor or the instance; "" while nobody has typed one. */
  name: string;
  /* Only of a processor. */
  sockets: number;
  cores: number | null;
  memory_gib: number | null;
  machine_class: MachineClass | null;
  gpu: string;
  gpu_watts: number | null;
  gpus: number;
  gpu_usage: number;
  /** "": the world. */
  zone: string;
  intensity_g_per_kwh: number | null;
  year: number | null;
  pue: number | null;
  lifetime_years: number | null;
  embodied: boolean;
}

export const USUAL: Work = {
  hours: 1, usage: 1, on: "machine", name: "", sockets: 1, cores: null, memory_gib: null, machine_class: null,
  gpu: "", gpu_watts: null, gpus: 1, gpu_usage: 1,
  zone: "", intensity_g_per_kwh: null, year: null, pue: null, lifetime_years: null, embodied: true,
};

export interface Bounds {
  least: number;
  most: number;
  whole?: boolean;
}

export const BOUNDS = {
  hours: { least: 0.0001, most: 1e6 },
  usage: { least: 0, most: 1 },
  sockets: { least: 1, most: 16, whole: true },
  cores: { least: 1, most: 1024, whole: true },
  memory_gib: { least: 0.1, most: 1e5 },
  gpu_watts: { least: 1, most: 5000 },
  gpus: { least: 1, most: 1024, whole: true },
  gpu_usage: { least: 0, most: 1 },
  intensity_g_per_kwh: { least: 0, most: 10000 },
  year: { least: 1, most: 3000, whole: true },
  pue: { least: 1, most: 10 },
  lifetime_years: { least: 0.1, most: 100 },
} satisfies Record<string, Bounds>;
export type NumberKey = keyof typeof BOUNDS;

/** A number within bounds out of what a person typed; null where it is none. */
export const numberWithin = (words: string, { least, most, whole }: Bounds): number | null => typedNumber(words, least, most, whole);

const MOST_NAME = 120;
const MOST_ZONE = 60;

/** Text that a person may have typed; control characters are none. */
const words = (text: string | null, most: number): string => (text ?? "").replace(/\p{Cc}/gu, "").slice(0, most);

export const hasCards = ({ gpu, gpu_watts }: Work): boolean => gpu.trim() !== "" || gpu_watts !== null;

export function readWork(query: URLSearchParams): Work {
  const on: RunsOn = query.has("cpu") ? "cpu" : query.has("instance") ? "instance" : "machine";
  const number = (key: NumberKey) => numberWithin(query.get(key) ?? "", BOUNDS[key]);
  const told = (key: "hours" | "usage" | "sockets" | "gpus" | "gpu_usage") => number(key) ?? USUAL[key];
  return {
    hours: told("hours"),
    usage: told("usage"),
    on,
    name: on === "machine" ? "" : words(query.get(on), MOST_NAME),
    sockets: told("sockets"),
    cores: number("cores"),
    memory_gib: number("memory_gib"),
    machine_class: CLASSES.find((one) => one === query.get("class")) ?? null,
    gpu: words(query.get("gpu"), MOST_NAME),
    gpu_watts: number("gpu_watts"),
    gpus: told("gpus"),
    gpu_usage: told("gpu_usage"),
    zone: words(query.get("zone"), MOST_ZONE),
    intensity_g_per_kwh: number("intensity_g_per_kwh"),
    year: number("year"),
    pue: number("pue"),
    lifetime_years: number("lifetime_years"),
    embodied: query.get("embodied") !== "false",
  };
}

/** What has a part in the answer, and differs from the usual. */
function fieldsOf(work: Work): Record<string, string | number | boolean | null> {
  const { usage, on, name, sockets, gpus, gpu_usage, embodied } = work;
  const own = work.intensity_g_per_kwh !== null;
  const unless = <T>(usual: T, value: T) => (value === usual ? null : value);
  return {
    usage: unless(USUAL.usage, usage),
    ...(on === "cpu" && { cpu: name, sockets: unless(1, sockets), cores: work.cores, memory_gib: work.memory_gib }),
    ...(on === "instance" && { instance: name }),
    class: work.machine_class,
    gpu: unless("", work.gpu),
    gpu_watts: work.gpu_watts,
    ...(hasCards(work) && { gpus: unless(1, gpus), gpu_usage: unless(1, gpu_usage) }),
    ...(own ? { intensity_g_per_kwh: work.intensity_g_per_kwh } : { zone: unless("", work.zone), year: work.year }),
    pue: work.pue,
    lifetime_years: work.lifetime_years,
    embodied: unless(true, embodied),
  };
}

function queryOf(fields: Record<string, string | number | boolean | null>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) if (value !== null) query.set(key, String(value));
  return query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
}

/** "hours=24&instance=aws:m5.xlarge"; "" for what is usual altogether. */
export const workWords = (work: Work): string =>
  queryOf({ hours: work.hours === USUAL.hours ? null : work.hours, ...fieldsOf(work) });

/** The question for the server; null while the hardware has no name yet. */
export function workQuery(work: Work): string | null {
  if (work.on !== "machine" && work.name.trim() === "") return null;
  const blank = (text: unknown) => typeof text === "string" && text.trim() === "";
  const fields = Object.entries({ hours: work.hours, ...fieldsOf(work), method: "all" }).filter(([, value]) => !blank(value));
  return queryOf(Object.fromEntries(fields));
}
