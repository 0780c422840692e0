// SPDX-License-Identifier: Apache-2.0
// What would emit less: kinds of alternatives, a sweep's picture, the hours to come, the table of places.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Server, closeBrowser, done, heading, kitten, source, tab } from './bench.mjs';
import { LOOKS, examine } from './looks.mjs';

const HALF_HOUR_S = 1800;
const GRAMS = [200, 180, 60, 240, 210, 250];

const folder = mkdtempSync(join(tmpdir(), 'miev-less-'));
const begin = Math.floor(Date.now() / 1000 / HALF_HOUR_S) * HALF_HOUR_S;
const word = (at) => `${new Date(at * 1000).toISOString().slice(0, 16)}Z`;
const LEAST = word(begin + 2 * HALF_HOUR_S);

/** The provider, which says the same of whatever it is asked. */
const provider = createServer((_, response) => response.end(JSON.stringify({
    data: GRAMS.map((forecast, i) => ({ from: word(begin + i * HALF_HOUR_S), intensity: { forecast, actual: null } })),
})));

let server;
let study;
let sweep;

/** A sweep whose front is known: a busy machine needs longer. */
async function swept() {
    for (let budget = 15; ; budget *= 2) {
        const path = join(folder, 'sweep.json');
        await promisify(execFile)(process.env.MIEV_EXE, ['sweep', 'cifar10-nano', '--input', kitten, '--threads', '1', '--batch', '1,8',
            '--delegate', 'best', '--zone', 'GB', '--budget', String(budget), '--no-history', '--json', path], { cwd: source });
        const report = JSON.parse(readFileSync(path, 'utf8'));
        if (report.models.every((model) => model.footprint) || budget > 60)
            return report;
    }
}

before(async () => {
    await new Promise((there) => provider.listen(0, '127.0.0.1', there));
    server = await Server.openWith({ MIEV_NESO_URL: `http://127.0.0.1:${provider.address().port}`, no_proxy: '127.0.0.1',
        XDG_CACHE_HOME: folder }, '--forecast', 'neso');
    study = await server.studied(['cifar10-small:float32', 'cifar10-nano:int8']);
    const kept = await server.api('POST', 'reports', await swept());
    assert.equal(kept.status, 201, JSON.stringify(kept.body));
    sweep = kept.body;
});
after(async () => {
    await closeBrowser();
    await server.close();
    provider.close();
    rmSync(folder, { recursive: true, force: true });
});

const kind = (page, name) => page.getByRole('region', { name, exact: true });
const places = (page) => page.getByLabel('Search by provider, region, place or country');
const chosen = (page) => page.getByRole('combobox', { name: 'Hour' });

test('the kinds stand in their order, each with its entries or the reason why there are none', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}?zone=GB&rate=1000&model=cifar10-small:float32` });
    await kind(page, 'Other hardware').waitFor();
    assert.deepEqual(await page.locator('.kind > h3').allInnerTexts(), ['Settings', 'Other models', 'Hour', 'Place', 'Other hardware']);
    const asked = `studies/${study.id}/alternatives?zone=GB&pue=1&embodied=true&requests_per_day=1000&model=cifar10-small:float32`;
    const { body } = await server.api('GET', asked);
    const item = (name) => body.kinds.find((found) => found.kind === name).items[0];
    await kind(page, 'Settings').getByText('miev sweep cifar10-small:float32 --input cat-kitten.jpg').waitFor();
    assert.match(await kind(page, 'Place').getByRole('row').nth(1).innerText(), new RegExp(`${item('place').year}`));
    assert.match(await kind(page, 'Hour').getByRole('row').nth(1).innerText(), /60\.0/);
    await kind(page, 'Hour').locator('svg').waitFor();
    if (item('models'))
        assert.match(await kind(page, 'Other models').innerText(), /cifar10-nano:int8[^]*points/);
    await kind(page, 'Other hardware').getByText('Not projected').waitFor();
    await page.locator('figure.chart', { hasText: 'ran elsewhere' }).waitFor(); // map and tables stay
    await done(page);
});

test('what has to fit is in the address, comes back from it, and a wrong place is told beside it', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}?zone=GB` });
    await kind(page, 'Place').waitFor();
    await page.getByLabel('Places', { exact: true }).fill('NO');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /regions=NO/.test(location.hash));
    await page.waitForFunction(() => [...document.querySelectorAll('.kind table')].some((table) => /Norway/.test(table.innerText) && !/Albania/.test(table.innerText)));
    await page.getByLabel('Right answers at least, %').fill('99.9');
    await page.getByLabel('Latency at most, ms').fill('0,5');
    await page.waitForFunction(() => /latency=0\.5&accuracy=99\.9&regions=NO/.test(location.hash));
    await kind(page, 'Other models').getByText('emits less and fits').waitFor();
    await page.reload();
    await kind(page, 'Other models').getByText('emits less and fits').waitFor();
    assert.equal(await page.getByLabel('Latency at most, ms').inputValue(), '0.5');
    assert.equal(await page.getByLabel('Places', { exact: true }).inputValue(), 'NO');
    await page.getByLabel('Latency at most, ms').fill('fast');
    await page.getByText('A number above 0, or nothing.').waitFor();
    await page.getByLabel('Latency at most, ms').fill('');
    await page.waitForFunction(() => !/latency/.test(location.hash));
    await page.getByLabel('Places', { exact: true }).fill('Atlantis');
    await page.keyboard.press('Tab');
    await page.locator('.constraints .note.bad', { hasText: 'Atlantis' }).waitFor();
    await done(page);
});

test('an hour to come prices the report, and a lifetime does; both are in the address', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}?zone=GB` });
    const grams = page.locator('.tile', { hasText: 'Least carbon' }).locator('.big');
    await chosen(page).locator('option').nth(GRAMS.length).waitFor({ state: 'attached' });
    const before = await grams.innerText();
    assert.match(await chosen(page).innerText(), /60\.0 g\/kWh \(least\)/);
    await chosen(page).selectOption(LEAST);
    await page.waitForFunction((least) => location.hash.includes(`hour=${least}`), LEAST);
    await page.locator('.tile', { hasText: 'Electricity' }).getByText('60.0').waitFor();
    assert.notEqual(await grams.innerText(), before);
    await page.reload();
    await page.locator('.tile', { hasText: 'Electricity' }).getByText('60.0').waitFor();
    assert.equal(await chosen(page).inputValue(), LEAST);
    await chosen(page).selectOption('');
    await page.waitForFunction(() => !location.hash.includes('hour'));
    const life = page.getByLabel('Years in use');
    await page.getByText(/^Empty: 3 to \d years/).waitFor();
    await life.fill('0.5');
    await page.waitForFunction(() => location.hash.includes('lifetime=0.5'));
    await page.waitForFunction((words) => document.querySelector('.results:not(.pending) .tile .big')?.textContent !== words, before);
    await life.fill('500');
    await page.getByText('A number from 0.1 to 100, or nothing.').waitFor();
    assert.match(page.url(), /lifetime=0\.5/, 'what is no good number changes nothing');
    await page.reload();
    await life.waitFor();
    assert.equal(await life.inputValue(), '0.5');
    await done(page);
});

test('an hour that is no more is told, and can be left', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}?zone=GB&hour=2020-01-01T00:00Z` });
    await page.getByText(/has no such hour/).waitFor();
    await chosen(page).selectOption('');
    await heading(page).getByText('emits').waitFor();
    await done(page);
});

test('without a provider the panel says in a sentence how to get hours', async () => {
    const other = await Server.open();
    const kept = await other.api('POST', 'reports', (await server.api('GET', `studies/${study.id}/report`)).body);
    const page = await tab(other, { hash: `#/study/${kept.body.id}?zone=GB` });
    await page.getByText('miev serve --forecast PROVIDER').first().waitFor();
    assert.equal(await chosen(page).count(), 0);
    assert.match(await kind(page, 'Hour').innerText(), /no forecast[^]*miev serve --forecast/);
    await done(page);
    await other.close();
});

/** A grid's past whose least hour is that from 13:00 UTC. */
const past = ['datetime,g_per_kwh', ...Array.from({ length: 14 * 24 }, (_, i) =>
    `2024-03-${String(Math.floor(i / 24) + 1).padStart(2, '0')} ${String(i % 24).padStart(2, '0')}:00,${i % 24 === 13 ? 100 : 300}`), ''].join('\n');
const csv = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

test('without a forecast a file of the grid\'s past tells the hour, and goes again; a bad one is told beside the field', async () => {
    const other = await Server.open();
    const kept = await other.api('POST', 'reports', (await server.api('GET', `studies/${study.id}/report`)).body);
    const page = await tab(other, { hash: `#/study/${kept.body.id}?zone=GB&rate=1000`, width: 360 });
    const hour = kind(page, 'Hour');
    page.on('filechooser', () => undefined); // so that none is ever opened for real, between two that are waited for
    const choose = async (button, file) => {
        await hour.getByRole('button', { name: button }).focus();
        const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
        await chooser.setFiles(file);
    };
    await hour.getByText('only while this page is open').waitFor();
    await choose('Choose a file', csv('bad.csv', `${past}2024-03-15 00:00,many\n`));
    await hour.getByRole('alert').getByText(/bad\.csv was not taken\. The file: line 338: 'many' is no carbon intensity/).waitFor();
    assert.equal(await page.locator('.constraints .note.bad').count(), 0);
    await choose('Choose a file', csv('past.csv', past));
    await hour.locator('table').getByText('13:00 to 14:00 UTC').waitFor();
    assert.equal(await hour.getByRole('alert').count(), 0);
    assert.match(await hour.innerText(), /14 days from 2024-03-01 to 2024-03-14[^]*taken as UTC/);
    const saved = () => hour.locator('tbody tr').first().innerText();
    const first = await saved();
    assert.match(first, /100/);
    const chart = hour.locator('figure.chart');
    await chart.getByText(/^The least: 13:00 to 14:00 UTC, 100/).waitFor();
    await chart.locator('[data-key]').first().focus();
    await page.keyboard.press('ArrowRight');
    await chart.locator('.chart-tip').waitFor();
    await page.keyboard.press('Escape');
    await chart.getByRole('button', { name: 'Table' }).click();
    assert.equal(await chart.locator('tbody tr').count(), 24);
    const [download] = await Promise.all([page.waitForEvent('download'), chart.getByRole('button', { name: 'CSV', exact: true }).click()]);
    assert.match(readFileSync(await download.path(), 'utf8'), /^hour_utc,intensity_g_per_kwh,of_mean_ratio\s+0,300,/);
    for (const scheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: scheme });
        await examine(page, scheme, '.kinds');
    }
    assert.doesNotMatch(page.url(), /past/);

    await page.getByLabel('Places', { exact: true }).fill('Atlantis'); // a wrong question leaves the file where it is
    await page.keyboard.press('Tab');
    await page.locator('.constraints .note.bad', { hasText: 'Atlantis' }).waitFor();
    await page.getByLabel('Places', { exact: true }).fill('NO');
    await page.keyboard.press('Tab');
    const asked = page.waitForRequest((request) => request.method() === 'POST' && /alternatives\?zone=KR/.test(request.url()));
    await page.evaluate(() => { location.hash = location.hash.replace('zone=GB', 'zone=KR'); });
    await asked;
    await page.waitForFunction((words) => {
        const row = [...document.querySelectorAll('.kind')].find((part) => /13:00 to 14:00/.test(part.innerText))?.querySelector('tbody tr');
        return row && row.innerText !== words;
    }, first);
    await hour.getByText('past.csv').waitFor();

    await hour.getByRole('button', { name: 'Take the file away' }).focus();
    await page.keyboard.press('Enter');
    await hour.getByText('There is no forecast of the hours to come').waitFor();
    assert.equal(await hour.locator('table, figure').count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Choose a file');
    await hour.locator('.drop').evaluate((field, text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'dropped.csv'));
        for (const type of ['dragenter', 'dragover', 'drop'])
            field.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }, past);
    await hour.locator('table').getByText('13:00 to 14:00 UTC').waitFor();
    assert.equal(await page.locator('.drop-here').count(), 0);
    await choose('Another file', csv('large.csv', 'x'.repeat(4 * 1024 * 1024 + 1)));
    await hour.getByRole('alert').getByText('It is larger than 4 MiB').waitFor();
    await page.evaluate(() => localStorage.setItem('miev.language', '"ko"'));
    await page.reload();
    await page.getByRole('region', { name: '시간', exact: true }).getByRole('button', { name: '파일 고르기' }).waitFor();
    await done(page);
    await other.close();
});

test('the table of places is searched and put in order by keyboard, and the search is in the address', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}?zone=GB` });
    const table = page.locator('.chart-places table');
    await table.waitFor();
    const all = await table.locator('tbody tr').count();
    await places(page).focus();
    await page.keyboard.type('aws Sweden');
    await page.locator('.chart-places [role=status]', { hasText: `1 of ${all}` }).waitFor();
    assert.match(await table.locator('tbody tr').innerText(), /eu-north-1/);
    assert.match(page.url(), /search=aws\+Sweden/);
    await page.reload();
    await page.locator('.chart-places [role=status]', { hasText: `1 of ${all}` }).waitFor();
    await places(page).fill('de');
    await page.locator('.chart-places [role=status]').getByText(/^\d+ of/).waitFor();
    await places(page).fill('no such place');
    await page.getByText('No place has all these words.').waitFor();
    await places(page).fill('');
    const column = table.getByRole('columnheader', { name: 'location' });
    await column.getByRole('button').focus();
    await page.keyboard.press('Enter');
    assert.equal(await column.getAttribute('aria-sort'), 'ascending');
    const cells = async () => table.locator('tbody tr td:nth-of-type(2)').allInnerTexts();
    const rising = await cells();
    assert.deepEqual(rising, [...rising].sort(new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' }).compare));
    await page.keyboard.press('Enter');
    assert.equal(await column.getAttribute('aria-sort'), 'descending');
    assert.notDeepEqual(await cells(), rising);
    await done(page);
});

test('a sweep has its picture, its advice and its settings; the saved page has them without a server', async () => {
    const page = await tab(server, { hash: `#/study/${sweep.id}` });
    const chart = page.locator('figure.chart', { hasText: 'Energy of an item by throughput' });
    await chart.locator('svg').first().waitFor();
    const advice = await chart.locator('figcaption p').innerText();
    assert.match(advice, /^(Take|Keep the default)/);
    await chart.getByText('square: the default').waitFor();
    await chart.locator('[data-key]').first().focus();
    await page.keyboard.press('ArrowRight');
    await chart.locator('.chart-tip').waitFor();
    await page.keyboard.press('Escape');
    await chart.getByRole('button', { name: 'Table' }).click();
    assert.equal(await chart.locator('tbody tr').count(), 4);
    for (const [form, magic] of [['SVG', '<svg'], ['CSV', 'setting,threads,batch']]) {
        const [download] = await Promise.all([page.waitForEvent('download'), chart.getByRole('button', { name: form, exact: true }).click()]);
        assert.ok(readFileSync(await download.path(), 'utf8').startsWith(magic), form);
    }
    await kind(page, 'Settings').waitFor();
    assert.doesNotMatch(await kind(page, 'Settings').innerText(), /miev sweep/);
    await kind(page, 'Other models').getByText('A sweep is of one model').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.exports').getByText('HTML page', { exact: true }).click()]);
    const saved = join(folder, 'sweep.html');
    await download.saveAs(saved);
    await page.context().setOffline(true);
    await page.goto(`${pathToFileURL(saved)}`);
    assert.equal(await chart.locator('figcaption p').innerText(), advice);
    await chart.locator('svg').first().waitFor();
    await page.locator('figure.chart', { hasText: 'ran elsewhere' }).waitFor();
    assert.equal(await page.locator('.kind').count(), 0);
    await places(page).fill('aws');
    await page.locator('.chart-places [role=status]').getByText(/^\d+ of/).waitFor();
    await done(page);
});

test('a sweep is started where a report has none, with lists that are checked', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}?zone=GB&model=cifar10-nano:int8` });
    const settings = kind(page, 'Settings');
    await settings.getByText('Or measure them here').click();
    await settings.getByLabel('Threads').fill('0');
    await settings.getByText(/^At most 16 whole numbers/).waitFor();
    assert.ok(await settings.getByRole('button', { name: 'Measure the settings' }).isDisabled());
    await settings.getByLabel('Threads').fill('1');
    await settings.getByLabel('Pictures at once').fill('1,4');
    await settings.getByLabel('Delegates').fill('best');
    await settings.getByLabel(/^All of its files/).uncheck();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction((id) => !location.hash.includes(`/study/${id}`), study.id);
    await page.locator('.states li', { hasText: 'cifar10-nano:int8 t1 b4' }).waitFor();
    const made = Number(/study\/(\d+)/.exec(page.url())[1]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await server.over(made);
    await server.api('DELETE', `studies/${made}`);
    await done(page);
});

test('all of it is there in Korean', async () => {
    const page = await tab(server, { hash: `#/study/${sweep.id}?zone=GB` });
    await page.evaluate(() => localStorage.setItem('miev.language', '"ko"'));
    await page.reload();
    await page.getByRole('region', { name: '다른 하드웨어' }).waitFor();
    assert.deepEqual(await page.locator('.kind > h3').allInnerTexts(), ['설정', '다른 모델', '시간', '장소', '다른 하드웨어']);
    await page.getByLabel('제공자, 리전, 장소, 나라로 찾기').fill('노르웨이');
    await page.locator('.chart-places tbody tr').first().waitFor();
    await page.locator('figure.chart', { hasText: '설정별 처리량' }).getByText(/^(권하는 설정|기본 설정)/).first().waitFor();
    await done(page);
});

for (const { name, width, scheme } of LOOKS)
    test(`axe finds nothing, and nothing is wider than the window: ${name}`, async () => {
        for (const { id } of [study, sweep]) {
            const page = await tab(server, { hash: `#/study/${id}?zone=GB&rate=1000&hour=${LEAST}`, width, scheme });
            await kind(page, 'Hour').locator('svg').waitFor();
            await page.locator('.chart-places table').waitFor();
            const parts = ['.kinds', '.constraints', '.chart-places', '.place', ...(id === sweep.id ? ['.cards .wide:first-child figure.chart'] : [])];
            await examine(page, `study ${id}`, { include: parts });
            if (width === 360) {
                const order = page.getByRole('combobox', { name: 'Order' });
                await order.selectOption({ label: 'country, falling' });
                assert.equal(await page.locator('.chart-sort').first().isVisible(), false);
            }
            await done(page);
        }
    });
