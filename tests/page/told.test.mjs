// SPDX-License-Identifier: Apache-2.0
// What other tools would have said, the calculator, and a label in every form.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, done, tab } from './bench.mjs';
import { LOOKS, WCAG, examine } from './looks.mjs';

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

const methods = (page) => page.locator('section.methods');
const answered = (page) => page.locator('.estimate-told:not(.pending)');
const query = (page) => new URLSearchParams(page.url().split('?')[1]);

/** The requests for this address, in order, with how they ended. */
function watching(page, words) {
    const seen = [];
    page.on('request', (request) => request.url().includes(words) && seen.push(request.url()));
    return seen;
}

/* ---- other tools ------------------------------------------------------------------------------- */

test('other tools are asked for when they are seen, and follow the model and the place', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}` });
    const asked = watching(page, '/methods');
    await page.locator('figure.chart svg').first().waitFor();
    await page.waitForTimeout(300);
    assert.deepEqual(asked, [], 'what is far below is not asked for');
    await methods(page).scrollIntoViewIfNeeded();
    await methods(page).locator('table').waitFor();
    assert.equal(asked.length, 1);

    const { body } = await server.api('GET', `studies/${study.id}/methods`);
    const choice = methods(page).getByLabel('Model', { exact: true });
    for (const model of body.models) {
        await choice.selectOption(model.name);
        await methods(page).getByRole('heading', { name: `What other tools would have said of ${model.name}` }).waitFor();
        const rows = await methods(page).getByRole('row').allInnerTexts();
        assert.equal(rows.length, 1 + 1 + model.others.length);
        for (const [i, tool] of model.others.entries()) {
            assert.match(rows[i + 2], new RegExp(`^${tool.name} ${tool.version.replace(/[()]/g, '\\$&')}`));
            assert.ok(rows[i + 2].includes(tool.why ?? tool.power_model), rows[i + 2]);
            assert.ok(rows[i + 2].includes(`checked against ${tool.checked}`));
        }
        await page.getByText('▸').first().waitFor(); // the rest of the page follows
    }
    assert.equal(asked.length, 1, 'the models come together');

    await page.goto(`${server.url}/#/study/${study.id}?zone=NO&pue=1.5`);
    await methods(page).locator('tbody tr').first().getByText('Norway').waitFor();
    assert.match(asked.at(-1), /zone=NO&pue=1\.5/);
    await methods(page).locator('tbody tr').first().getByText('1.50', { exact: true }).waitFor();
    await done(page);
});

test('the chart of other tools is walked with the keyboard and saved', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}` });
    await methods(page).scrollIntoViewIfNeeded();
    const chart = methods(page).locator('figure.chart');
    await chart.locator('svg').waitFor();
    const { body } = await server.api('GET', `studies/${study.id}/methods?model=0`);
    await chart.locator('.chart-mark[tabindex="0"]').focus();
    const label = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
    assert.match(await label(), /^MIEV .* to /);
    for (const tool of body.models[0].others) {
        await page.keyboard.press('ArrowDown');
        assert.match(await label(), tool.why ? /, no answer: / : /times MIEV's, (in|out)side its interval, .*PUE .*g\/kWh/);
    }
    await page.keyboard.press('Home');
    assert.match(await label(), /^MIEV /);
    for (const [form, magic] of [['SVG', '<svg'], ['PNG', '\u0089PNG'], ['CSV', 'tool,version,co2e_g'], ['JSON', '[']]) {
        const [download] = await Promise.all([page.waitForEvent('download'), chart.getByRole('button', { name: form, exact: true }).click()]);
        assert.ok(readFileSync(await download.path(), 'latin1').startsWith(magic), form);
    }
    await done(page);
});

test('a question that fails is told in the section alone, and the rest stays', async () => {
    const page = await tab(server, { hash: '#/history' });
    await page.route('**/methods*', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json',
        body: JSON.stringify({ title: 'Busy', status: 503, code: 'busy', detail: 'no room for this just now' }) }));
    await page.goto(`${server.url}/#/study/${study.id}`);
    await page.locator('figure.chart svg').first().waitFor();
    await methods(page).scrollIntoViewIfNeeded();
    await methods(page).getByRole('alert').getByText('No room for this just now.').waitFor();
    assert.equal(await page.locator('main > section > .note.bad, .results > .note.bad').count(), 0);
    await done(page);
});

/* ---- the calculator ----------------------------------------------------------------------------- */

test('the calculator answers as it is filled in, by keyboard, and its address shows the same again', async () => {
    const page = await tab(server);
    await page.getByRole('link', { name: 'Estimate', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Estimate', exact: true }).waitFor();
    await answered(page).waitFor();
    assert.match(page.url(), /#\/estimate$/);
    await page.getByRole('radio', { name: 'the machine of this server' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('Name the processor or the instance.').waitFor();
    await page.getByLabel('Processor', { exact: true }).focus();
    await page.keyboard.type('Intel Core i7-8700');
    await page.getByLabel('Hours').fill('24'); // before the name has settled: neither undoes the other
    await page.getByRole('heading', { name: /^Intel Core i7-8700 draws .* kWh in 24 hours and emits .* k?g CO₂e \(World\)\.$/ }).waitFor();
    await page.getByLabel('Kind of machine').selectOption('desktop');
    await page.getByLabel('Graphics card', { exact: true }).fill('V100');
    await page.getByLabel('Cards', { exact: true }).fill('2');
    await page.getByLabel('Electricity of').fill('aws:eu-north-1');
    await page.getByLabel('Years in use').fill('5');
    await page.getByRole('heading', { name: /\(Sweden \(aws:eu-north-1\)\)/ }).waitFor();
    await page.waitForURL((url) => url.hash.includes('lifetime_years=5'));
    assert.deepEqual(Object.fromEntries(query(page)), { hours: '24', cpu: 'Intel Core i7-8700', class: 'desktop', gpu: 'V100', gpus: '2',
        zone: 'aws:eu-north-1', lifetime_years: '5' });

    await answered(page).waitFor();
    const reply = await server.api('GET', `estimate?${query(page)}`);
    const words = await answered(page).innerText();
    assert.ok(words.includes(`${(reply.body.energy_j.value / 3.6e6).toPrecision(3)} kWh`), words);
    for (const part of reply.body.parts)
        assert.ok(words.includes(part.source), part.source);
    await page.locator('.estimate figure.chart svg').waitFor();
    const sentence = await page.locator('#results-title').innerText();
    const again = await tab(server, { hash: new URL(page.url()).hash });
    await answered(again).waitFor();
    assert.equal(await again.locator('#results-title').innerText(), sentence);
    assert.equal(await again.getByLabel('Cards', { exact: true }).inputValue(), '2');
    assert.equal(await again.getByLabel('Kind of machine').inputValue(), 'desktop');
    await done(again);
    await done(page);
});

test('wrong fields are told beside them, what the server refuses in its words, and names are offered', async () => {
    const page = await tab(server, { hash: '#/estimate?instance=aws:m5.xlage' });
    await page.getByRole('alert').getByText('did you mean aws:m5.xlarge').waitFor();
    assert.equal(await answered(page).count(), 0, 'no figure of another question');
    const name = page.getByLabel('Instance type');
    await name.fill('m5.xlarge');
    await page.locator('datalist option[value="aws:m5.xlarge"]').waitFor({ state: 'attached' });
    await name.fill('aws:m5.xlarge');
    await answered(page).waitFor();
    const hours = page.getByLabel('Hours');
    await hours.fill('0');
    await page.getByText('A number from 0.0001 to 1000000.').waitFor();
    assert.equal(await hours.getAttribute('aria-invalid'), 'true');
    assert.ok(!query(page).has('hours'), 'what is no number is not in the address');
    await hours.fill('2');
    await page.waitForURL((url) => url.hash.includes('hours=2'));
    await page.getByLabel('Grams of CO₂e per kWh').fill('0');
    await page.getByLabel('Electricity of').waitFor({ state: 'detached' });
    await page.getByText('your own figure: 0 g CO₂e per kWh').waitFor();
    await done(page);
});

test('what is typed while a name is being taken stays', async () => {
    const page = await tab(server, { hash: '#/estimate?instance=aws:m5.large' });
    await answered(page).waitFor();
    const name = page.getByLabel('Instance type');
    await name.evaluate((field) => { // more is typed as soon as the address has the name
        const replace = history.replaceState;
        history.replaceState = function (...words) {
            history.replaceState = replace;
            replace.apply(history, words);
            setTimeout(() => {
                field.value = 'aws:m5.2xlarge';
                field.dispatchEvent(new Event('input', { bubbles: true }));
            });
        };
    });
    await name.fill('aws:m5.xlarge');
    await page.waitForURL((url) => url.hash.includes('aws:m5.2xlarge'));
    assert.equal(await name.inputValue(), 'aws:m5.2xlarge');
    await done(page);
});

test('a question that is overtaken is ended, and its answer never shown', async () => {
    const page = await tab(server, { hash: '#/estimate' });
    await answered(page).waitFor();
    const held = [];
    await page.route('**/estimate?hours=12&*', (route) => void held.push(route)); // never answered
    const [overtaken] = await Promise.all([page.waitForRequest('**/estimate?hours=12&*'), page.getByLabel('Hours').fill('12')]);
    const [ended] = await Promise.all([page.waitForEvent('requestfailed'), page.getByLabel('Hours').fill('12345')]);
    assert.equal(ended.url(), overtaken.url());
    assert.match(ended.failure().errorText, /ABORTED/);
    await page.getByRole('heading', { name: /in 12345 hours/ }).waitFor();
    assert.equal(held.length, 1);
    await done(page);
});

/* ---- labels ------------------------------------------------------------------------------------- */

test('a study leads to the label of each model; every form is seen, copied and saved', async () => {
    const page = await tab(server, { hash: `#/study/${study.id}` });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByText('Labels to publish').click();
    await page.getByRole('group', { name: 'Labels to publish' }).getByRole('link', { name: 'Label of cifar10-micro:int8' }).click();
    await page.locator('.markdown table').getByText('cifar10-micro:int8').first().waitFor();
    for (const [button, form, copy, ending] of [['Badge', 'svg', 'Copy the SVG', 'svg'], ['SCI record', 'sci', 'Copy the record', 'sci\\.json'],
        ['CodeCarbon CSV', 'codecarbon', 'Copy the CSV', 'codecarbon\\.csv'], ['Markdown', 'markdown', 'Copy the Markdown', 'md']]) {
        await page.getByRole('button', { name: button, exact: true }).focus();
        await page.keyboard.press('Enter');
        await page.waitForURL((url) => url.hash.endsWith(`form=${form}`));
        await page.getByRole('region', { name: button, exact: true }).waitFor();
        const label = await fetch(`${server.url}/api/v1/studies/${study.id}/label?model=1&form=${form}`).then((reply) => reply.text());
        await page.getByRole('button', { name: copy }).click();
        await page.getByText('Copied.').waitFor();
        assert.equal((await page.evaluate(() => navigator.clipboard.readText())).replaceAll('\r\n', '\n'), label.replaceAll('\r\n', '\n'));
        const save = page.getByRole('button', { name: new RegExp(`^Save miev-cifar10-micro-int8\\.${ending}$`) });
        const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
        assert.equal(readFileSync(await download.path(), 'utf8'), label);
    }
    await page.goBack(); // each form is an address
    await page.getByRole('region', { name: 'CodeCarbon CSV' }).waitFor();
    await page.reload();
    await page.getByRole('region', { name: 'CodeCarbon CSV' }).waitFor();
    await done(page);
});

test('the badge is shown as it looks, with the lines that put it into a page', async () => {
    const page = await tab(server, { hash: `#/publish/label?model=cifar10-nano:int8&study=${study.id}&form=svg` });
    const badge = page.getByRole('img', { name: /^cifar10-nano:int8: energy of one inference, / });
    await badge.waitFor();
    const size = await badge.evaluate((image) => [image.naturalWidth, image.naturalHeight]);
    assert.ok(size[0] > 200 && size[1] === 20, `${size}`);
    const alt = await badge.getAttribute('alt');
    assert.equal(await page.getByRole('region', { name: 'In Markdown' }).innerText(), `![${alt}](miev-cifar10-nano-int8.svg)`);
    assert.equal(await page.getByRole('region', { name: 'In HTML' }).innerText(), `<img src="miev-cifar10-nano-int8.svg" alt="${alt}">`);
    await done(page);
});

test('a model that this catalog does not have has its label too', async () => {
    const { body: report } = await server.api('GET', `studies/${study.id}/report`);
    const [first] = report.models;
    const strange = JSON.parse(JSON.stringify(report).replaceAll(first.name, 'elsewhere/own (1)').replaceAll(first.sha256, 'f'.repeat(64)));
    const { status, body: added } = await server.api('POST', 'reports', { ...strange, created_unix_s: report.created_unix_s + 1 });
    assert.equal(status, 201, JSON.stringify(added));
    const page = await tab(server, { hash: `#/study/${added.id}` });
    await page.getByText('Labels to publish').click();
    await page.getByRole('link', { name: 'Label of elsewhere/own (1)' }).click();
    await page.locator('.markdown table').getByText('elsewhere/own (1)').first().waitFor();
    await done(page);
});

/* ---- all three ---------------------------------------------------------------------------------- */

for (const { name, width, scheme } of LOOKS)
    test(`axe finds nothing, and nothing is wider than the window: ${name}`, async () => {
        const label = `#/publish/label?model=cifar10-nano:int8&study=${study.id}`;
        const ready = [
            [`#/study/${study.id}`, async (page) => {
                await methods(page).scrollIntoViewIfNeeded();
                await methods(page).locator('table').waitFor();
            }],
            ['#/estimate?hours=24&cpu=Intel+Core+i7-8700&gpu=V100&zone=aws:eu-north-1', (page) => page.locator('.estimate figure svg').waitFor()],
            ['#/estimate?cpu=nothing&usage=0.5', (page) => page.getByRole('alert').waitFor()],
            [`${label}&form=svg`, (page) => page.locator('.badge-shown img').waitFor()],
            [`${label}&form=sci`, (page) => page.locator('.label-forms pre').waitFor()],
        ];
        for (const [hash, there] of ready) {
            const page = await tab(server, { hash, width, scheme });
            await there(page);
            const ofStudy = hash.startsWith('#/study');
            await examine(page, hash, ofStudy ? '.methods' : 'body', ofStudy ? WCAG : undefined);
            await done(page);
        }
    });

test('all three speak Korean', async () => {
    const page = await tab(server, { hash: '#/estimate?hours=2' });
    await page.getByLabel('Language').selectOption('ko');
    await page.getByRole('heading', { name: '추정', exact: true }).waitFor();
    await page.getByRole('heading', { name: '다른 도구라면 이렇게 계산합니다' }).waitFor();
    await page.goto(`${server.url}/#/study/${study.id}`);
    await methods(page).scrollIntoViewIfNeeded();
    await methods(page).getByText(/MIEV의 구간/).first().waitFor();
    await page.goto(`${server.url}/#/publish/label?model=cifar10-nano:int8&study=${study.id}&form=svg`);
    await page.getByRole('button', { name: '배지', exact: true }).waitFor();
    await done(page);
});
