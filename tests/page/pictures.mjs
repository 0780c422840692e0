// SPDX-License-Identifier: Apache-2.0
// Makes the pictures of docs/page anew, each state in three looks. By hand, some minutes, from the top folder:
//     MIEV_EXE=$PWD/build/src/miev node tests/page/run.mjs build/tests/page pictures.mjs
// Debian's python3-pil makes them small. `PICTURES=queue,lost` before it makes only those.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, closeBrowser, done, heading, kitten, source, tab } from './bench.mjs';
import { Mirror, archived, brought, evaluated, photos } from './hub.mjs';

const TEN = ['nano', 'micro', 'small', 'medium', 'large'].flatMap((size) => [`cifar10-${size}:int8`, `cifar10-${size}:float32`]);
const TWO = ['cifar10-nano:int8', 'cifar10-micro:int8'];
const LOOKS = [
    { name: 'light', width: 1100, scheme: 'light' },
    { name: 'dark', width: 1100, scheme: 'dark' },
    { name: 'narrow', width: 360, scheme: 'light' },
];
const MOST_BYTES = 120e3;
const QUANTISE = `
import sys
from PIL import Image
path, colours = sys.argv[1], int(sys.argv[2])
with Image.open(path) as picture:
    few = picture.convert("RGB").quantize(colours, Image.Quantize.LIBIMAGEQUANT, dither=Image.Dither.NONE)
few.save(path, optimize=True)`;

const folder = join(source, 'docs/page');
mkdirSync(folder, { recursive: true });
const only = process.env.PICTURES?.split(',');
const wanted = (...names) => !only || names.some((name) => only.includes(name));

/** As many colours as fit, 128 at most. */
function shrink(file) {
    const whole = readFileSync(file);
    for (const colours of [128, 64, 32]) {
        writeFileSync(file, whole);
        execFileSync('/usr/bin/python3', ['-c', QUANTISE, file, String(colours)]);
        if (statSync(file).size <= MOST_BYTES)
            return;
    }
    console.error(`warning: ${file} has ${statSync(file).size} bytes`);
}

async function save(page, name, of = page) {
    const path = join(folder, `${name}.png`);
    await page.evaluate(() => document.fonts.ready);
    await of.screenshot({ path });
    shrink(path);
    console.log(`${name}.png\t${statSync(path).size}\tbytes`);
}

/** One state in each look: `arrange` brings a fresh tab there, and may name parts of the page to save whole. */
async function state(name, server, hash, arrange, { height = 900, narrow = height } = {}) {
    if (!wanted(name) && !wanted(name.split('-')[0]))
        return;
    for (const look of LOOKS) {
        const page = await tab(server, { ...look, hash, budget: 60 });
        await page.setViewportSize({ width: look.width, height: look.name === 'narrow' ? narrow : height });
        for (const [part, of] of Object.entries(await arrange(page) ?? { '': page }))
            await save(page, `${name}${part}-${look.name}`, of);
        await done(page);
    }
}

async function start(server, models, budget_s) {
    const { status, body } = await server.api('POST', 'studies', { models, input: 'sample:cat-kitten.jpg', budget_s });
    assert.equal(status, 202, JSON.stringify(body));
    return body.id;
}

async function end(server, id) {
    await server.api('POST', `studies/${id}/cancel`);
    await server.over(id);
}

const toMiddle = (locator) => locator.evaluate((element) => element.scrollIntoView({ block: 'center' }));
const chart = (page, words) => page.locator('figure.chart', { hasText: words });

async function beforeAStudy(server) {
    await state('start', server, '', (page) => page.locator('li.model').first().waitFor());
    const photo = join(server.data, 'my-cat.jpg');
    writeFileSync(photo, Buffer.concat([readFileSync(kitten), Buffer.from('mine')])); // another hash than the sample's
    await state('chosen', server, '', async (page) => {
        await page.getByRole('button', { name: 'None', exact: true }).click();
        for (const row of (await page.locator('li.model', { hasText: /cifar10-(nano|large)/ }).all()))
            await row.getByRole('checkbox').check();
        await page.locator('.photo input[type=file]').setInputFiles(photo);
        await page.locator('.picked', { hasText: 'my-cat.jpg' }).waitFor();
        await toMiddle(page.locator('.photo'));
        await page.waitForFunction(() => [...document.querySelectorAll('.thumbs img')].every((small) => small.naturalWidth > 0));
    });
    const bad = join(server.data, 'holiday.jpg');
    writeFileSync(bad, 'this is no photo');
    await state('refused', server, '', async (page) => {
        await page.locator('li.model').first().waitFor();
        await page.locator('.photo input[type=file]').setInputFiles(bad);
        await page.locator('.photo .note.bad').waitFor();
        await toMiddle(page.locator('.photo'));
    });
}

async function whileItRuns(server) {
    if (!wanted('progress', 'queue'))
        return;
    const running = await start(server, TEN, 600);
    await state('progress', server, `#/study/${running}`, async (page) => {
        await heading(page).getByText('emits').waitFor({ timeout: 120000 });
        await chart(page, 'Carbon').first().locator('svg').first().waitFor();
    }, { height: 1600, narrow: 2000 });
    const waiting = [await start(server, TWO, 10), await start(server, TWO, 10)];
    await state('queue', server, `#/study/${waiting[1]}`, (page) => page.getByText('Place 2 in the queue').waitFor());
    for (const id of [...waiting, running])
        await end(server, id);
}

async function whenOneFails(server) {
    if (!wanted('failed'))
        return;
    const broken = readFileSync(join(source, 'models/cifar10-micro.float32.tflite')).fill(0xff, 4096, 40000);
    const sent = await fetch(`${server.url}/api/v1/models?name=broken.tflite`,
        { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: broken });
    const failed = await start(server, [(await sent.json()).id, TWO[0]], 10);
    await server.over(failed);
    await state('failed', server, `#/study/${failed}`, async (page) => {
        const note = page.locator('.note.bad', { hasText: 'What could not be measured' });
        await note.waitFor();
        await toMiddle(note);
    });
}

async function whenItIsOver(server) {
    if (!wanted('result', 'charts', 'priced', 'comparison', 'history'))
        return;
    const first = await start(server, TEN, 90);
    await server.over(first);
    await server.api('PATCH', `studies/${first}`, { name: 'Ten models, one kitten' });
    const priced = `#/study/${first}?zone=NO&pue=1.2&embodied=1&rate=1440`;
    const ready = async (page) => {
        await heading(page).getByText('emits').waitFor();
        await chart(page, 'ran elsewhere').locator('path').first().waitFor();
    };
    await state('result', server, `#/study/${first}`, ready, { height: 1200 });
    await state('charts', server, priced, async (page) => {
        await ready(page);
        await page.locator('.top').evaluate((header) => { header.style.position = 'static'; }); // it would lie across
        await page.getByRole('heading', { name: 'What other tools would have said', exact: true }).scrollIntoViewIfNeeded(); // asked for when seen
        await chart(page, 'What other tools would have said of').locator('svg').first().waitFor();
        const section = (title) => page.locator('.section', { has: page.getByRole('heading', { name: title }) });
        return {
            '-carbon': page.locator('.results > .cards'),
            '-less': section('What would emit less'),
            '-answers': section('What they answer'),
            '-energy': section('Where the energy goes'),
            '-volume': section('At your volume'),
            '-methods': section('What other tools would have said'),
        };
    });
    await state('priced', server, priced, async (page) => {
        await ready(page);
        await toMiddle(chart(page, 'ran elsewhere').locator('svg').first());
    });
    if (!wanted('comparison', 'history'))
        return;
    const again = (await server.api('POST', `studies/${first}/repeat`)).body.id;
    await server.over(again);
    await state('comparison', server, `#/compare/${first}/${again}`, (page) => page.locator('table').waitFor());
    await state('history', server, '#/history', (page) => page.locator('li.study').first().waitFor());
}

async function settingsAndHardware(server) {
    await state('estimate', server, '#/estimate?hours=24&cpu=AMD EPYC 7763&memory_gib=256&class=server&gpu=A100&zone=DE&pue=1.2',
        (page) => page.locator('.estimate-told table').first().waitFor(), { height: 1300, narrow: 1900 });
    if (!wanted('sweep'))
        return;
    const { status, body } = await server.api('POST', 'studies', {
        models: ['cifar10-small:float32', 'cifar10-small:int8'], input: 'sample:cat-kitten.jpg', budget_s: 60,
        sweep: { threads: [1, 2], batch: [1, 4, 16], delegate: ['best'] },
    });
    assert.equal(status, 202, JSON.stringify(body));
    await server.over(body.id);
    await state('sweep', server, `#/study/${body.id}`, async (page) => {
        const figure = chart(page, 'throughput').first();
        await figure.locator('svg').first().waitFor();
        return { '': figure };
    });
}

/** The catalog and the way to a label, on a server of their own: its lists are then short. */
async function fromElsewhere() {
    if (!wanted('models', 'pulling', 'model', 'publish'))
        return;
    const mirror = await Mirror.open();
    const server = await Server.openWith(mirror.env);
    const { id: study } = await server.studied(['cifar10-nano:int8']);
    const dataset = await brought(server, archived(photos(server, 'pets', {
        'dog': ['dog.jpg'], 'felines': ['cat-kitten.jpg', 'cat-chelsea.png'], 'horses': ['horse.jpg'],
    }), 'pets.tar.gz'), 'pets.tar.gz');
    const { id: evaluation } = await evaluated(server, 'cifar10-nano:int8', dataset.id, { dog: ['dog'], felines: ['cat'], horses: ['horse'] });
    await state('models', server, '#/models', (page) => page.locator('.hub-model').first().waitFor());
    await state('model', server, '#/model/cifar10-nano:int8', (page) => page.locator('figure.chart svg').waitFor(), { height: 1300, narrow: 1500 });
    const way = `model=cifar10-nano:int8&study=${study}`;
    await state('publish', server, `#/publish/measure?${way}`, (page) => page.getByText('All charts of study').waitFor());
    await state('publish-mapping', server, `#/publish/evaluate?${way}&dataset=${dataset.id}`, async (page) => {
        await page.getByRole('combobox', { name: 'Label for felines' }).click();
        await page.keyboard.type('c');
    });
    await state('publish-evaluated', server, `#/publish/evaluate?${way}&evaluation=${evaluation}`, (page) => page.locator('.headline table').waitFor());
    await state('publish-label', server, `#/publish/label?${way}&evaluation=${evaluation}`, (page) => page.locator('.markdown table').waitFor());
    if (wanted('pulling')) {
        for (const what of ['hf:some/models:page.tflite', 'hf:some/models:slow.tflite', 'efficientnet-lite0'])
            await server.api('POST', 'pulls', { what });
        await state('pulling', server, '#/models', (page) => page.getByText(/downloading .* 50/).waitFor());
    }
    await server.close();
    mirror.close();
}

async function withoutAServer(server) {
    if (!wanted('lost'))
        return;
    const id = await start(server, TWO, 600);
    for (const look of LOOKS) {
        const page = await tab(server, { ...look, hash: `#/study/${id}`, budget: 60 });
        await heading(page).getByText('emits').waitFor({ timeout: 60000 });
        look.page = page;
    }
    await server.stop('SIGKILL');
    for (const { name, page } of LOOKS) {
        await page.locator('.progress').getByText('The connection to the server is lost').waitFor();
        await save(page, `lost-${name}`);
        await done(page);
    }
}

async function signIn(data) {
    const file = join(data, 'token.txt');
    writeFileSync(file, 'a-token-of-the-pictures\n', { mode: 0o600 });
    const server = await Server.open('--token-file', file);
    await state('sign-in', server, '', (page) => page.getByRole('heading', { name: 'This server wants a token' }).waitFor());
    await server.close();
}

const server = await Server.open();
try {
    await beforeAStudy(server);
    await whileItRuns(server);
    await whenOneFails(server);
    await whenItIsOver(server);
    await settingsAndHardware(server);
    await fromElsewhere();
    await withoutAServer(server);
    await signIn(server.data);
} finally {
    await closeBrowser();
    await server.close();
}
