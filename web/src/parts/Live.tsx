// SPDX-License-Identifier: Apache-2.0
import { announced } from "../announce";
import { useStore } from "../state/store";

/** What a screen reader reads out. */
export function Live() {
  return <p class="hidden" role="status" aria-live="polite" id="announced">{useStore(announced)}</p>;
}
