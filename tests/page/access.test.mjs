// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, done, heading, tab } from './bench.mjs';
import { archived, brought, evaluated, photos } from './hub.mjs';
import { LOOKS, examine } from './looks.mjs';

let server;
let study;
let other;
let evaluation;
before(async () => {
    server = await Server.open();
    study = await server.studied();
    other = await server.studied();
    const folder = photos(server, 'pets', { dog: ['dog.jpg'], felines: ['cat-kitten.jpg'] });
    const dataset = await brought(server, archived(folder, 'pets.tar.gz'), 'pets.tar.gz');
    evaluation = await evaluated(server, 'cifar10-nano:int8', dataset.id, { dog: ['dog'], felines: ['cat'] });
});
after(async () => {
    await closeBrowser();
    await server.close();
});

const ready = {
    '': (page) => page.locator('li.model').first(),
    '#/history': (page) => page.locator('li.study').first(),
    '#/compare/': (page) => page.locator('table'),
    '#/models': (page) => page.locator('.hub-model').first(),
    '#/model/cifar10-nano:int8': (page) => page.locator('figure.chart svg'),
    '#/publish/model': (page) => page.locator('li.model').first(),
    '#/publish/measure?model=cifar10-nano:int8': (page) => page.locator('.thumbs img').first(),
    '#/publish/evaluate?model=cifar10-nano:int8': (page) => page.locator('.datasets'),
    '#/publish/evaluate?model=cifar10-nano:int8&dataset=': (page) => page.locator('.mapping table'),
    '#/publish/evaluate?model=cifar10-nano:int8&evaluation=': (page) => page.locator('.headline table'),
    '#/publish/label?model=cifar10-nano:int8&study=': (page) => page.locator('.markdown table'),
    '#/study/': (page) => page.locator('figure.chart', { hasText: 'ran elsewhere' }).locator('svg').first(),
};

/** What an address that ends open goes on with. */
const end = (hash) => {
    if (/(dataset|evaluation)=$/.test(hash))
        return hash.endsWith('dataset=') ? evaluation.dataset : evaluation.id;
    return hash === '#/compare/' ? `${study.id}/${other.id}` : /study[/=]$/.test(hash) ? study.id : '';
};

for (const { name, width, scheme } of LOOKS)
    test(`axe finds nothing, and nothing is wider than the window: ${name}`, async () => {
        for (const [hash, there] of Object.entries(ready)) {
            const page = await tab(server, { hash: `${hash}${end(hash)}`, width, scheme });
            await there(page).waitFor();
            // Models, and in the other looks marks and rows, hundreds of them, are the same in each: looked at once.
            const scope = { exclude: name === 'light' ? ['.hub-model ~ .hub-model'] : ['.chart-svg', '.chart-table', '.hub-model ~ .hub-model'] };
            await examine(page, hash, scope);
            await done(page);
        }
    });

test('the scene is used with the keyboard alone', async () => {
    const page = await tab(server);
    await page.locator('li.model').first().waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'results');
    const all = page.getByRole('button', { name: 'None', exact: true });
    await all.focus();
    await page.keyboard.press('Enter');
    await page.locator('li.model').first().getByRole('checkbox').focus();
    await page.keyboard.press('Space');
    await page.getByRole('radio').first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    const zone = page.getByRole('combobox', { name: 'Electricity of' });
    await zone.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    assert.equal(await zone.inputValue(), 'World');
    await page.keyboard.type('kr');
    await page.keyboard.press('Enter');
    assert.equal(await zone.inputValue(), 'South Korea');
    await page.getByRole('button', { name: 'Create Chart' }).focus();
    await page.keyboard.press('Enter');
    await heading(page).waitFor({ timeout: 120000 });
    await done(page);
});

test('the page speaks Korean and turns dark, and remembers both', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}` });
    await page.getByLabel('Language').selectOption('ko');
    await page.getByRole('button', { name: '차트 만들기' }).waitFor();
    await page.getByLabel('색상').selectOption('dark');
    await page.reload();
    await page.getByRole('button', { name: '차트 만들기' }).waitFor();
    const [lang, background] = await page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.documentElement).backgroundColor]);
    assert.equal(lang, 'ko');
    assert.match(background, /^rgb\((1?\d|2\d), (1?\d|2\d), (1?\d|2\d)\)$/);
    await done(page);
});

test('nothing is asked of another host, and the whole page is small', async () => {
    const page = await tab(server);
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    const sizes = [];
    page.on('response', (response) => {
        if (/^\/(|app\.js|app\.css|icon\.svg|world\.json)$/.test(new URL(response.url()).pathname))
            sizes.push(response.request().sizes());
    });
    await page.goto(`${server.url}/#/study/${study.id}`);
    await page.reload();
    await page.locator('figure.chart', { hasText: 'ran elsewhere' }).waitFor();
    await page.waitForTimeout(300);
    assert.deepEqual(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('blob:')), []);
    const sent = (await Promise.all(sizes)).reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
    assert.ok(sent > 10000 && sent < 250000, `${sent} bytes`);
    await done(page);
});
