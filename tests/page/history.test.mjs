// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Server, closeBrowser, done, finished, heading, tab } from './bench.mjs';

let server;
let first;
before(async () => {
    server = await Server.open();
    first = await server.studied();
});
after(async () => {
    await closeBrowser();
    await server.close();
});

const row = (page, id) => page.locator('li.study', { has: page.getByRole('checkbox', { name: `Tick study ${id}`, exact: true }) });

test('every form of the report is saved, and the HTML page stands alone', async () => {
    const page = await tab(server, { hash: `#/study/${first.id}` });
    await heading(page).waitFor();
    const words = await heading(page).innerText();
    const saved = {};
    for (const form of ['JSON', 'JSON Lines', 'CSV', 'Markdown', 'HTML page']) {
        const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.exports').getByText(form, { exact: true }).click()]);
        saved[form] = join(server.data, download.suggestedFilename());
        await download.saveAs(saved[form]);
    }
    const report = JSON.parse(readFileSync(saved.JSON, 'utf8'));
    assert.equal(report.schema, 'miev.report/1');
    const lines = readFileSync(saved['JSON Lines'], 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.length >= report.models.length, `${lines.length} lines`);
    assert.match(readFileSync(saved.CSV, 'utf8'), /cifar10-nano:int8/);
    assert.match(readFileSync(saved.Markdown, 'utf8'), /cifar10-nano:int8/);
    await page.context().setOffline(true);
    await page.goto(`${pathToFileURL(saved['HTML page'])}`);
    assert.equal(await heading(page).innerText(), words);
    await page.locator('figure.chart', { hasText: 'ran elsewhere' }).locator('svg').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Create Chart' }).count(), 0);
    await done(page);
});

test('a chart is saved as SVG, PNG and CSV', async () => {
    const page = await tab(server, { hash: `#/study/${first.id}` });
    const chart = page.locator('figure.chart').first();
    for (const [form, magic] of [['SVG', '<svg'], ['PNG', '\u0089PNG'], ['CSV', 'model']]) {
        const [download] = await Promise.all([page.waitForEvent('download'), chart.getByRole('button', { name: form, exact: true }).click()]);
        assert.ok(readFileSync(await download.path(), 'latin1').startsWith(magic), form);
    }
    await done(page);
});

test('a study is named, opened again by its link, measured again and compared', async () => {
    const page = await tab(server, { hash: '#/history' });
    await row(page, first.id).getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Name of the study').fill('the kitten');
    await page.keyboard.press('Enter');
    await row(page, first.id).getByRole('link', { name: 'the kitten' }).click();
    await heading(page).waitFor();
    assert.equal(await page.locator('main h1').innerText(), 'the kitten');
    await page.getByText(/^2 of \d+ chosen$/).waitFor(); // the catalog ticks what it was of
    await page.getByRole('button', { name: 'Measure again' }).click();
    await page.waitForURL((url) => !url.hash.endsWith(`/${first.id}`));
    await finished(page);
    const again = Number(/study\/(\d+)/.exec(page.url())[1]);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText(`again of ${first.id}`).waitFor();
    for (const id of [first.id, again])
        await page.getByRole('checkbox', { name: `Tick study ${id}`, exact: true }).check();
    await page.getByRole('button', { name: 'Compare the two ticked' }).click();
    await page.getByText(/^They (agree|differ|cannot be compared)$/).waitFor();
    assert.equal(await page.getByRole('row').count(), 3);
    await page.goBack();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await done(page);
});

test('a report is imported once, and a study is deleted after a question', async () => {
    const page = await tab(server, { hash: '#/history' });
    const { body: report } = await server.api('GET', `studies/${first.id}/report`);
    report.input.name = 'elsewhere.jpg';
    const file = { name: 'report.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(report)) };
    await page.locator('.history input[type=file]').setInputFiles(file);
    await page.getByText('This report was measured elsewhere').waitFor();
    const id = Number(/study\/(\d+)/.exec(page.url())[1]);
    await page.getByRole('link', { name: 'History' }).click();
    await row(page, id).getByRole('button', { name: 'Delete' }).click();
    await row(page, id).getByRole('button', { name: 'No, keep it' }).click();
    assert.equal((await server.api('GET', `studies/${id}`)).status, 200);
    await row(page, id).getByRole('button', { name: 'Delete' }).click();
    await row(page, id).getByRole('button', { name: 'Yes, delete' }).click();
    await row(page, id).waitFor({ state: 'detached' });
    await page.locator('.history input[type=file]').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{') });
    await page.getByText('x.json is not JSON').waitFor();
    await done(page);
});

test('a study that is not there is told in a sentence', async () => {
    const page = await tab(server, { hash: '#/study/999999' });
    await page.locator('main .note.bad').waitFor();
    await done(page);
});
