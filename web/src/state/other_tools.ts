// SPDX-License-Identifier: Apache-2.0
/* Which model other tools are held against. Pure. */

import type { Report } from "../report";
import { reference } from "../report";
import type { Methods as Answer, MethodsOfModel } from "../told_types";

/** The model that is chosen on the page, else the one that others are held against, else the first. */
export function modelToTell(answer: Answer, report: Report, chosen: string | undefined): MethodsOfModel | null {
  const named = (name: string | null | undefined) => answer.models.find((model) => model.name === name);
  return named(chosen) ?? named(reference(report, chosen)) ?? answer.models[0] ?? null;
}
