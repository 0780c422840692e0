// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentChildren, VNode } from "preact";
import { elements } from "../src/parts/Markdown";

/** What a browser would be given, as tags: text is quoted, so that none can pass for a tag. */
function drawn(node: ComponentChildren): string {
  if (Array.isArray(node)) return node.map(drawn).join("");
  if (node === null || node === undefined || typeof node === "boolean") return "";
  if (typeof node !== "object") return JSON.stringify(String(node));
  const { type, props } = node as VNode<{ children?: ComponentChildren; href?: string }>;
  if (typeof type === "function") return drawn((type as (props: object) => ComponentChildren)(props));
  return `<${type}${props.href ? ` ${props.href}` : ""}>${drawn(props.children)}</${type}>`;
}
const shown = (text: string) => drawn(elements(text)).replaceAll('""', "");

test("a label's table, emphasis and code become elements", () => {
  assert.equal(shown("| **a** | b |\n|---|---|\n| 1 | sha256 `x<y` |\n\nIn *brackets*."),
    '<table><thead><tr><th><b>"a"</b></th><th>"b"</th></tr></thead>' +
    '<tbody><tr><td>"1"</td><td>"sha256 "<code>"x<y"</code></td></tr></tbody></table><p>"In "<em>"brackets"</em>"."</p>');
});

test("what is escaped is shown as it was meant", () => {
  assert.equal(shown("a \\| b \\<c\\> \\*d\\*").replaceAll('""', ""), '<p>"a | b <c> *d*"</p>');
});

test("HTML and links that could run are shown as text", () => {
  for (const bad of ["<script>alert(1)</script>", "text <img src=x onerror=alert(1)> text", "[a](javascript:alert(1))", "![x](https://a/b.png)"]) {
    assert.doesNotMatch(shown(bad).replace(/"[^"]*"/g, ""), /<(script|img|a )/, bad);
    assert.ok(shown(bad).replaceAll('"', "").includes(bad.slice(0, 8)), shown(bad));
  }
  assert.equal(shown("[a](https://example.org)"), '<p><a https://example.org>"a"</a></p>');
});
