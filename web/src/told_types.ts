// SPDX-License-Identifier: Apache-2.0
/* What other tools would have said, and what the calculator says, as docs/api/openapi.json has it. */

import type { Interval } from "./report_types";

interface Tool {
  id: string;
  name: string;
  version: string;
  /** What its formula was held against. */
  checked: string;
}

export interface ToolAnswer extends Tool {
  why: null;
  cpu_j: number | null;
  memory_j: number | null;
  gpu_j: number | null;
  joules: number | null;
  pue: number;
  intensity_g_per_kwh: number;
  place: string;
  year: number | null;
  co2e_g: number;
  of_miev_ratio: number | null;
  within_miev: boolean | null;
  power_model: string;
}

/** A tool that has no answer says why. */
export type OtherTool = ToolAnswer | (Tool & { why: string });

export interface MethodsOfModel {
  name: string;
  inference_s: number;
  miev: { joules: number; co2e_g?: Interval };
  others: OtherTool[];
}

export interface Methods {
  place?: string;
  models: MethodsOfModel[];
}

export interface EstimatePart {
  part: "cpu" | "memory" | "gpu";
  method: "estimated";
  joules: number;
  low: number;
  high: number;
  source: string;
}

export interface Estimate {
  schema: string;
  hardware: {
    cpu: string;
    design: string;
    instance: string;
    sockets: number;
    cores: number;
    logical_cpus: number;
    memory_gib: number;
    virtual_machine: boolean;
    class: "unknown" | "server" | "desktop" | "laptop";
    gpus: number;
  };
  hours: number;
  usage: number;
  parts: EstimatePart[];
  energy_j: Interval;
  site: { zone: string; intensity_g_per_kwh: number; source: string; year: number | null; pue: number };
  operational_g: Interval;
  embodied_g: Interval | null;
  /** What embodied_g is of. */
  embodied_parts: { part: "machine" | "gpu"; name: string; count: number; total_g: Interval; embodied_g: Interval; source: string }[];
  total_g: Interval;
  others?: OtherTool[];
}
