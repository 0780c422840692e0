// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, create, done, finished, tab } from './bench.mjs';

let server;
before(async () => { server = await Server.open('--queue', '1'); });
after(async () => {
    await closeBrowser();
    await server.close();
});

const end = async (id) => {
    await server.api('POST', `studies/${id}/cancel`);
    await server.over(id);
};

test('two people at once: the second waits in the queue, and both get their charts', async () => {
    const [one, two] = await Promise.all([tab(server, { budget: 30 }), tab(server, { budget: 16 })]); // time enough for the second to come
    await create(one, ['cifar10-nano:int8']);
    await one.getByRole('heading', { name: 'Measuring' }).waitFor();
    await create(two, ['cifar10-micro:int8'], 'dog.jpg');
    await two.getByRole('heading', { name: 'Waiting for the machine' }).waitFor();
    await Promise.all([finished(one), finished(two)]);
    await one.locator('#results h2', { hasText: 'cifar10-nano:int8' }).first().waitFor();
    await two.locator('#results h2', { hasText: 'cifar10-micro:int8' }).first().waitFor();
    await Promise.all([done(one), done(two)]);
});

test('a full queue refuses in a sentence beside the button', async () => {
    const ids = [];
    for (;;) {
        const { status, body } = await server.api('POST', 'studies', // which is not over before the page is there
            { models: ['cifar10-nano:int8'], input: 'sample:dog.jpg', budget_s: 300, target_ratio: 0.001 });
        if (status !== 202)
            break;
        ids.push(body.id);
        assert.ok(ids.length < 5, 'the queue has an end');
    }
    const page = await tab(server);
    await create(page, ['cifar10-nano:int8']);
    await page.locator('.start .note.bad').waitFor().finally(() => Promise.all(ids.map(end)));
    assert.match(await page.locator('.start .note.bad').innerText(), /wait already.*Try again in \d+ seconds/);
    await done(page);
});

test('a server that starts anew is found again, and the study that it lost is told as cut off', async () => {
    const page = await tab(server, { budget: 60 });
    const streams = [];
    page.on('request', (request) => { if (request.url().endsWith('/events')) streams.push(request); });
    await create(page, ['cifar10-nano:int8']);
    await page.locator('.headline .provisional').waitFor();
    await page.waitForTimeout(1500); // a checkpoint is kept every second
    await server.stop('SIGKILL');
    await page.locator('.progress').getByText('The connection to the server is lost').waitFor();
    await server.start();
    await page.locator('.study-head .status', { hasText: 'cut off' }).waitFor({ timeout: 120000 });
    await page.getByText('The server stopped while this was measured').waitFor();
    const [first, ...later] = await Promise.all(streams.map(async (request) => (await request.allHeaders())['last-event-id']));
    assert.equal(first, undefined);
    assert.ok(later.some((id) => /^\d+$/.test(id ?? '')), `it says where it left off: ${later}`);
    await done(page);
});
