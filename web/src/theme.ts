// SPDX-License-Identifier: Apache-2.0
/* Light, dark, or as the system has it. */

import { createKeptStore } from "./state/store";

export type Theme = "auto" | "light" | "dark";

const isTheme = (word: unknown): word is Theme => word === "auto" || word === "light" || word === "dark";

export const theme = createKeptStore<Theme>("miev.theme", "auto", (kept) => (isTheme(kept) ? kept : null));

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.get();
}
