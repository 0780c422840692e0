// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, done, tab } from './bench.mjs';
import { Mirror } from './hub.mjs';

let mirror;
let server;
let study;
before(async () => {
    mirror = await Mirror.open();
    server = await Server.openWith(mirror.env);
    study = await server.studied();
});
after(async () => {
    await closeBrowser();
    await server.close();
    mirror.close();
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
    assert.ok(told.length > 20 && pulls[0].problem.toLowerCase().includes(told.replace(/\.$/, '')), told);
    await done(page);
});

const asked = (page, what) => page.locator('.by-name li', { hasText: what });

async function get(page, what) {
    await page.getByLabel('Get a model by its name or address').fill(what);
    await page.keyboard.press('Enter');
    await asked(page, what).waitFor();
}

test('a model that is asked for while the list is on its way is followed', async () => {
    const page = await tab(server);
    const list = '**/api/v1/pulls';
    let release;
    const held = new Promise((there) => { release = there; });
    await page.route(list, async (route) => { // an old list, which comes after the answer to what is asked for
        const response = await route.fetch();
        await held;
        await route.fulfill({ response });
    }, { times: 1 });
    const [first] = await Promise.all([page.waitForRequest(list), page.goto(`${server.url}/#/models`)]);
    assert.equal(first.method(), 'GET');
    await cards(page).first().waitFor();
    const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/pulls')),
        get(page, 'hf:some/models:late.tflite')]);
    assert.equal(answer.status(), 202);
    const before = page.waitForResponse((response) => response.request() === first);
    release();
    await before;
    await asked(page, 'late.tflite').locator('.note.bad').waitFor(); // the mirror has no such file
    await done(page);
});

test('a model comes by its address, with progress; another is cancelled, one that is a web page is refused', async () => {
    const page = await tab(server, { hash: '#/models' });
    await cards(page).first().waitFor();
    await get(page, 'hf:some/models:slow.tflite');
    const slow = asked(page, 'slow.tflite');
    await slow.getByText(/downloading · .* of 3\.\d+ MB · 50/).waitFor();
    assert.equal(await slow.getByRole('progressbar').getAttribute('value').then(Number).then((share) => share.toFixed(1)), '0.5');
    await get(page, 'hf:some/models:page.tflite');
    await asked(page, 'page.tflite').locator('.note.bad').waitFor();
    assert.match(await asked(page, 'page.tflite').innerText(), /web page|HTML/i);
    await slow.getByRole('button', { name: 'Cancel' }).click();
    await slow.getByText('cancelled').waitFor();
    await get(page, 'hf:some/models:quick.tflite');
    const link = asked(page, 'quick.tflite').getByRole('link', { name: /is here$/ });
    await link.waitFor();
    assert.match(await page.locator('#announced').innerText(), /quick\.tflite is here/);
    await link.click();
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByText(/^1 of 11 chosen$/).waitFor();
    await done(page);
});

test('the starter set is asked for with one click, and each of it that does not come says why', async () => {
    const page = await tab(server, { hash: '#/models' });
    await page.getByRole('button', { name: /^Get the \d+ models/ }).click();
    const names = page.locator('.starter li');
    const wanted = new Set((await server.api('GET', 'models')).body.models.filter((model) => model.starter).map((model) => model.name));
    await page.locator(`.starter li:nth-child(${wanted.size})`).waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll('.starter li')].every((li) => li.querySelector('.note.bad')), null, { timeout: 60000 });
    for (const words of await names.locator('.note.bad').allInnerTexts())
        assert.ok(words.length > 20, words);
    await page.getByRole('button', { name: /^Get the \d+ models/ }).waitFor(); // to try again
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
    await page.getByText(/^1 of \d+ chosen$/).waitFor();
    await done(page);
});

test('a model that nobody knows is told in a sentence', async () => {
    const page = await tab(server, { hash: '#/model/no-such-model:int8' });
    await page.locator('main .note.bad').waitFor();
    await done(page);
});
