// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";

test("the whole page takes less than 250 kB on the wire", () => {
  const size = (name: string) => statSync(new URL(`../${name}.br`, import.meta.url)).size;
  const total = ["index.html", "app.js", "app.css", "world.json", "icon.svg"].reduce((sum, name) => sum + size(name), 0);
  assert.ok(total > 10_000 && total < 250_000, `${total} bytes`);
});
