// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, done, tab } from './bench.mjs';

let server;
let study;
before(async () => {
    server = await Server.open();
    study = await server.studied();
});
after(async () => {
    await closeBrowser();
    await server.close();
});

const cards = (page) => page.locator('.hub-model');
const card = (page, id) => cards(page).filter({ hasText: id.split(':')[0] }).filter({ hasText: id.split(':')[1] }).first();
const figures = async (page) => (await page.locator('.hub-model .figure').allInnerTexts()).map(parseFloat).filter(Number.isFinite);

test('the catalog is searched, filtered and put in order; what is not here can be had', async () => {
    const page = await tab(server, { hash: '#/models' });
    await cards(page).first().waitFor();
    const all = await cards(page).count();
    assert.ok(all > 60, `${all} models`);
    await page.getByLabel('Which models').selectOption('here');
    assert.equal(await cards(page).count(), 10);
    assert.equal(await page.getByRole('button', { name: /^Get cifar10/ }).count(), 0);
    await page.getByLabel('Order').selectOption('carbon');
    assert.match(await cards(page).first().innerText(), /cifar10-(nano|micro)[^]*per million, last time/);
    await page.getByLabel('Which models').selectOption('');
    await page.getByLabel('Order').selectOption('accuracy');
    const shares = await figures(page);
    assert.deepEqual(shares, [...shares].sort((a, b) => b - a));
    await page.getByLabel('Largest file').selectOption({ label: 'up to 5 MB' });
    const small = await cards(page).count();
    assert.ok(small >= 10 && small < all, `${small} of ${all}`);
    await page.getByLabel('Largest file').selectOption('');
    await page.getByLabel('Search models').fill('efficientnet-lite0');
    await page.getByRole('status').filter({ hasText: new RegExp(`^\\d of ${all} models$`) }).waitFor();
    await card(page, 'efficientnet-lite0:int8').getByText('unverified').waitFor();
    await card(page, 'efficientnet-lite0:int8').getByRole('button', { name: 'Get' }).waitFor();
    await done(page);
});

test('what cannot be had is told in the server\'s sentence, at once or after a look', async () => {
    const page = await tab(server, { hash: '#/models' });
    const field = page.getByLabel('Get a model by its name or address');
    await field.fill('/etc/passwd');
    await page.keyboard.press('Enter');
    const note = page.locator('.by-name .note.bad');
    await note.waitFor();
    const { body } = await server.api('POST', 'pulls', { what: '/etc/passwd' });
    assert.equal((await note.innerText()).toLowerCase().replace(/\.$/, ''), body.detail.toLowerCase().replace(/\.$/, ''));
    assert.equal(await field.inputValue(), '/etc/passwd', 'what was typed stays, to be mended');
    await field.fill('nobody-knows-this');
    await page.keyboard.press('Enter');
    await page.locator('.by-name li', { hasText: 'nobody-knows-this' }).locator('.note.bad').waitFor();
    const { body: { pulls } } = await server.api('GET', 'pulls');
    const told = (await note.innerText()).toLowerCase();
    assert.ok(told.startsWith(pulls[0].problem.toLowerCase().slice(0, 40)), told);
    await done(page);
});

test('a model has a page: what it is, what was measured, how to use it', async () => {
    const page = await tab(server, { hash: '#/model/cifar10-nano:int8' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const chart = page.locator('figure.chart', { hasText: 'wherever it was measured' });
    await chart.locator('svg').waitFor();
    await chart.getByRole('button', { name: 'Table' }).click();
    assert.equal(await chart.getByRole('rowheader').count(), 1);
    await page.getByText('Wilson 95 %').waitFor(); // where its accuracy is from
    const { body } = await server.api('GET', 'models/cifar10-nano:int8');
    for (const [title, words] of [['Python', body.use.python], ['C', body.use.c], ['Sentence for a paper', body.use.methods], ['BibTeX', body.use.bibtex]]) {
        await page.getByRole('button', { name: `Copy ${title}`, exact: true }).click();
        await page.getByText('Copied.').first().waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), words, title);
    }
    await chart.locator('.chart-choice').click();
    await page.waitForURL((url) => url.hash === `#/study/${study.id}`);
    await page.goBack();
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByText('1 of 10 chosen').waitFor();
    await done(page);
});

test('a model that nobody knows is told in a sentence', async () => {
    const page = await tab(server, { hash: '#/model/no-such-model:int8' });
    await page.locator('main .note.bad').waitFor();
    await done(page);
});
