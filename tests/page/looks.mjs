// SPDX-License-Identifier: Apache-2.0
// The looks in which the page is examined, and what axe and the window's width say of it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export const LOOKS = [
    { name: 'light', width: 1280, scheme: 'light' },
    { name: 'dark', width: 1280, scheme: 'dark' },
    { name: 'narrow', width: 360, scheme: 'light' },
];

/** Axe finds nothing in this part of the page, and nothing is wider than the window. */
export async function examine(page, where, within = 'body', tags = [...WCAG, 'best-practice']) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(([part, values]) => window.axe.run(part, {
        runOnly: { type: 'tag', values },
        // An experiment of axe: it wants the words in a mark of a chart to be the whole of its name.
        rules: { 'label-content-name-mismatch': { enabled: false } },
    }), [within, tags]);
    assert.deepEqual(violations.map((v) => `${where} ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`), []);
    const [wide, window, over] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth,
        [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth)
            .slice(0, 5).map((element) => element.outerHTML.slice(0, 100))]);
    assert.ok(wide <= window, `${where} is ${wide} px wide in a window of ${window}: ${over.join(' | ')}`);
}
