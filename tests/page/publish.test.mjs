// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, done, kitten, source, tab } from './bench.mjs';
import { archived, brought, evaluated, photos } from './hub.mjs';

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

const step = (page, name) => page.getByRole('heading', { name: `Publish: ${name}` }).waitFor();
const next = (page, name) => page.getByRole('link', { name: `Next: ${name}` }).click();

test('a publisher goes from a model to its label, and may come back at every step', async () => {
    const page = await tab(server, { hash: '#/publish', budget: 20 });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Choose cifar10-nano:int8' }).click();
    await step(page, 'Measure');
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByText('Choose a photo first').waitFor();
    await page.getByRole('radio', { name: 'cat-kitten.jpg' }).first().check();
    await page.getByRole('button', { name: 'Measure', exact: true }).click();
    await page.getByRole('heading', { name: 'Measuring' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: /^All charts of study/ }).waitFor({ timeout: 120000 });
    assert.match(await page.locator('#results-title').innerText(), /^cifar10-nano:int8 emits /);
    await next(page, 'Evaluate');

    const folder = photos(server, 'pets', { cat: ['cat-kitten.jpg', 'cat-chelsea.png'], dog: ['dog.jpg'] });
    await page.locator('input[data-folder]').setInputFiles(folder);
    await page.getByText('The model knows all 2 folders by name.').waitFor();
    await page.reload(); // the dataset is in the address
    await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
    await page.getByText(/% right on “pets/).waitFor({ timeout: 120000 });
    await page.reload();
    const answer = page.locator('.headline');
    await answer.getByText('Carbon of an answer').waitFor();
    assert.match(await answer.innerText(), /Right answers\s+[\d.]+\s*%\s+[\d.]+ to [\d.]+/);
    await next(page, 'Label');

    await page.locator('.markdown table').getByText('cifar10-nano:int8').first().waitFor();
    const id = new URLSearchParams(page.url().split('?')[1]).get('study');
    const label = await fetch(`${server.url}/api/v1/studies/${id}/label?model=0`).then((reply) => reply.text());
    await page.getByRole('button', { name: 'Copy the Markdown' }).click();
    await page.getByText('Copied.').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), label);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Save miev-.*\.md$/ }).click()]);
    assert.equal(readFileSync(await download.path(), 'utf8'), label);
    await page.getByRole('button', { name: 'Markdown', exact: true }).click();
    assert.equal(await page.locator('pre').innerText(), label);
    await page.getByRole('link', { name: 'Measure', exact: true }).click();
    await page.getByRole('link', { name: `All charts of study ${id}` }).waitFor();
    await done(page);
});

test('folders of other names are mapped with the keyboard alone; one without a label is left out', async () => {
    const page = await tab(server, { hash: '#/publish/evaluate?model=cifar10-micro:int8' });
    const folder = photos(server, 'zoo', { 'felines': ['cat-kitten.jpg'], 'dog': ['dog.jpg'], 'nothing': ['dog.jpg'] });
    await page.locator('input[accept^=".zip"]').setInputFiles(archived(folder, 'zoo.tar.gz'));
    await page.getByText('The model does not know 2 of 3 folders by name').waitFor();
    await page.getByText('2 folders without a label').waitFor();
    await page.getByRole('combobox', { name: 'Label for felines' }).focus();
    await page.keyboard.type('cat');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'cat take away' }).waitFor();
    await page.keyboard.type('dee');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'deer take away' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('1 folder without a label').waitFor();
    await page.getByRole('button', { name: 'Evaluate', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/% right on “zoo/).waitFor({ timeout: 120000 });
    const { body } = await server.api('GET', `evaluations/${new URLSearchParams(page.url().split('?')[1]).get('evaluation')}`);
    assert.deepEqual(body.report.models[0].classes.map((one) => one.label).sort(), ['dog', 'felines']);
    await page.goto(`${server.url}/#/model/cifar10-micro:int8`);
    await page.getByRole('heading', { name: 'Evaluations on this machine' }).waitFor();
    await page.getByRole('link', { name: /^zoo/ }).click();
    await page.getByText(/% right on “zoo/).waitFor();
    await done(page);
});

test('a result that is there before the last event stays', async () => {
    const folder = photos(server, 'two', { dog: ['dog.jpg'], cat: ['cat-kitten.jpg'] });
    const dataset = await brought(server, archived(folder, 'two.tar.gz'), 'two.tar.gz');
    const over = await evaluated(server, 'cifar10-nano:int8', dataset.id);
    const page = await tab(server);
    const path = `**/api/v1/evaluations/${over.id}`;
    await page.route(path, (route) => route.fulfill({ json: { ...over, state: 'running', report: null } }), { times: 1 });
    await page.addInitScript((data) => { // the last state, and once its report was asked for, the end
        window.EventSource = class extends EventTarget {
            constructor() {
                super();
                const tell = (kind) => this.dispatchEvent(new MessageEvent(kind, { data }));
                setTimeout(() => tell('progress'));
                window.end = () => tell('end');
            }
            close() {}
        };
    }, JSON.stringify({ ...over, report: null }));
    await page.goto(`${server.url}/healthz`); // so that the next is a new page
    await page.goto(`${server.url}/#/publish/evaluate?model=cifar10-nano:int8&dataset=${dataset.id}&evaluation=${over.id}`);
    const result = page.getByText(/% right on “two/);
    await result.waitFor();
    await page.evaluate(() => window.end());
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    assert.ok(await result.isVisible());
    await done(page);
});

test('a folder without classes and a file that is no archive are refused in a sentence', async () => {
    const page = await tab(server, { hash: '#/publish/evaluate?model=cifar10-micro:int8' });
    const loose = join(server.data, 'loose');
    mkdirSync(loose);
    copyFileSync(kitten, join(loose, 'a.jpg'));
    await page.locator('input[data-folder]').setInputFiles(loose);
    await page.locator('.datasets .note.bad').getByText('loose holds no folders with photos').waitFor();
    const bad = join(server.data, 'bad.zip');
    writeFileSync(bad, 'this is no archive');
    await page.locator('input[accept^=".zip"]').setInputFiles(bad);
    await page.locator('.datasets .note.bad').filter({ hasNotText: 'loose' }).waitFor();
    assert.ok((await page.locator('.datasets .note.bad').innerText()).length > 20);
    await done(page);
});

test('a model of one\'s own is chosen as it is added; what is missing on the way is told, with where to go', async () => {
    const page = await tab(server, { hash: '#/publish/label' });
    await page.getByText('Choose a model first.').waitFor();
    await next(page, 'Model');
    const own = join(server.data, 'my-own.tflite');
    const bytes = readFileSync(join(source, 'models/cifar10-nano.int8.tflite'));
    writeFileSync(own, bytes);
    await page.locator('input[accept^=".tflite"]').setInputFiles(own);
    await step(page, 'Measure');
    assert.match(page.url(), /model=upload:[0-9a-f]{12}/);
    await page.locator('.steps').getByRole('link', { name: 'Label' }).click();
    await page.getByText('Measure the model first.').waitFor();
    await page.goto(`${server.url}/#/publish/label?model=cifar10-large:int8&study=${study.id}`);
    await page.locator('.note.bad').getByText(`did not measure cifar10-large:int8`).waitFor();
    await done(page);
});
