// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, create, done, finished, heading, kitten, source, tab } from './bench.mjs';

let server;
before(async () => { server = await Server.open(); });
after(async () => {
    await closeBrowser();
    await server.close();
});

test('models are chosen, a chart is created, progress is watched, and the answer is in words', async () => {
    const old = await server.studied(['cifar10-small:int8', 'cifar10-micro:int8']);
    const page = await tab(server, { hash: `#/study/${old.id}`, budget: 24 }); // of which a crowded machine needs all
    await page.locator('.headline').getByText('cifar10-small').first().waitFor();
    await create(page, ['cifar10-nano:int8', 'cifar10-large:float32']);
    await page.getByRole('heading', { name: 'Measuring' }).waitFor();
    await page.locator('.states li.active').first().waitFor();
    assert.equal(await page.locator('#results').getByText('cifar10-small').count(), 0, 'old results are cleared');
    await page.locator('.headline .provisional').waitFor();
    await finished(page);
    // On a busy machine there may be figures of one of them only.
    assert.match(await heading(page).innerText(), /^cifar10-\S+ emits /);
    await page.locator('#results').getByText('cifar10-nano:int8').locator('visible=true').first().waitFor();
    assert.match(page.url(), /#\/study\/\d+$/);
    assert.ok(await page.locator('figure.chart').count() >= 10, 'all charts are there');
    assert.match(await page.locator('#announced').innerText(), /complete/);
    await done(page);
});

test('a place prices the finished report anew, and nothing is measured', async () => {
    const study = await server.studied();
    const page = await tab(server, { hash: `#/study/${study.id}` });
    const grams = page.locator('.tile', { hasText: 'Least carbon' }).locator('.big');
    const before = await grams.innerText();
    assert.match(await heading(page).innerText(), /^cifar10-\S+ emits /);
    const count = (await server.api('GET', 'studies')).body.studies.length;
    const zone = page.getByRole('combobox', { name: 'Electricity of' });
    await zone.focus();
    await page.keyboard.type('norw');
    await page.keyboard.press('Enter');
    await page.locator('.tile', { hasText: 'Norway' }).waitFor();
    assert.notEqual(await grams.innerText(), before);
    assert.match(page.url(), /\?zone=NO/);
    await page.getByLabel('Requests', { exact: true }).fill('1440');
    await page.getByText(/Totals at 1,440 requests a day/).first().waitFor();
    await page.reload();
    await page.locator('.tile', { hasText: 'Norway' }).waitFor();
    assert.equal((await server.api('GET', 'studies')).body.studies.length, count);
    await page.getByLabel('PUE of the building').fill('0.5');
    await page.getByText('A number from 1 to').waitFor();
    await done(page);
});

test('a photo comes in by file, by drop and by paste; an address gets a sentence', async () => {
    const page = await tab(server);
    await page.locator('.photo input[type=file]').setInputFiles(kitten);
    await page.locator('.picked', { hasText: 'cat-kitten.jpg' }).waitFor();
    const bytes = [...readFileSync(join(source, 'models/photos/dog.jpg'))];
    const give = (type, name) => page.evaluate(([kind, content, title]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(content)], title, { type: 'image/jpeg' }));
        const event = kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
    }, [type, bytes, name]);
    await give('dragenter', 'dropped.jpg');
    await page.getByText('Drop it: a photo').waitFor();
    await give('drop', 'dropped.jpg');
    await page.locator('.picked', { hasText: /dropped\.jpg|dog\.jpg/ }).waitFor();
    await page.getByRole('radio', { name: 'cat-kitten.jpg' }).first().check();
    await give('paste', 'pasted.jpg');
    await page.locator('.picked', { hasText: /dropped\.jpg|pasted\.jpg|dog\.jpg/ }).waitFor();
    await page.evaluate(() => {
        const data = new DataTransfer();
        data.setData('text', 'https://example.org/cat.jpg');
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    });
    await page.locator('.photo').getByText('That is an address').waitFor();
    await done(page);
});

test('a bad photo is refused beside the photo, a missing choice beside the button', async () => {
    const page = await tab(server);
    await page.getByRole('button', { name: 'Create Chart' }).click();
    await page.locator('.start').getByText('Choose a photo first').waitFor();
    const bad = join(server.data, 'bad.jpg');
    writeFileSync(bad, 'this is no photo');
    await page.locator('.photo input[type=file]').setInputFiles(bad);
    const note = page.locator('.photo .note.bad');
    await note.waitFor();
    assert.ok((await note.innerText()).length > 20);
    writeFileSync(join(server.data, 'notes.txt'), 'words');
    await page.locator('.photo input[type=file]').setInputFiles(join(server.data, 'notes.txt'));
    await note.waitFor();
    await done(page);
});

test('a model of one\'s own that cannot run fails alone, with its reason', async () => {
    const page = await tab(server);
    const model = readFileSync(join(source, 'models/cifar10-micro.float32.tflite'));
    model.fill(0xff, 4096, Math.floor(model.length / 2));
    const broken = join(server.data, 'broken.tflite');
    writeFileSync(broken, model);
    await page.locator('.catalog input[type=file]').setInputFiles(broken);
    await page.locator('li.model', { hasText: 'broken' }).or(page.locator('.catalog .note.bad')).first().waitFor();
    if (await page.locator('li.model', { hasText: 'broken' }).count() > 0) {
        await page.getByRole('button', { name: 'None', exact: true }).click();
        await page.locator('li.model', { hasText: 'broken' }).getByRole('checkbox').check();
        await page.locator('li.model', { hasText: 'cifar10-nano' }).filter({ hasText: 'int8' }).getByRole('checkbox').check();
        await page.getByRole('radio', { name: 'cat-kitten.jpg' }).first().check();
        await page.getByRole('button', { name: 'Create Chart' }).click();
        await finished(page);
        const failed = page.locator('.note.bad', { hasText: 'What could not be measured' });
        await failed.waitFor();
        assert.match(await failed.innerText(), /broken.*: .{20,}/);
        assert.match(await heading(page).innerText(), /cifar10-nano:int8 emits/);
    }
    await done(page);
});

test('a study is cancelled, and what there is stays', async () => {
    const page = await tab(server, { budget: 60 });
    await create(page, ['cifar10-nano:int8']);
    await heading(page).getByText('emits').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.study-head .status', { hasText: 'cancelled' }).waitFor();
    await page.getByText('It was stopped before it was precise enough').waitFor();
    assert.match(await heading(page).innerText(), /cifar10-nano:int8 emits/);
    await done(page);
});
