// SPDX-License-Identifier: Apache-2.0
/* What the panel has to know of the report on show. */

import { createStore } from "./store";

/** "server": the class by which its manufacturing is reckoned; null: nothing is shown, or none is known. */
export const shownClass = createStore<string | null>(null);
