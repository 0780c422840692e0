// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Server, closeBrowser, done, heading, tab } from './bench.mjs';

const TOKEN = 'a-token-of-the-tests-of-the-page';
const folder = mkdtempSync(join(tmpdir(), 'miev-token-'));

let server;
before(async () => {
    const file = join(folder, 'token.txt');
    writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
    server = await Server.open('--token-file', file);
    server.token = TOKEN;
});
after(async () => {
    await closeBrowser();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
});

const wanted = (page) => page.getByRole('heading', { name: 'This server wants a token' });

async function signIn(page, token) {
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
}

test('a wrong token is told in a sentence, the right one opens what the link led to', async () => {
    const study = await server.studied();
    const page = await tab(server, { hash: `#/study/${study.id}?zone=NO` });
    await wanted(page).waitFor();
    assert.equal(await page.locator('li.model').count(), 0, 'nothing is shown before');
    await signIn(page, 'a-token-of-somebody-else');
    await page.locator('.sign-in .note.bad').getByText('that is not this server\'s token').waitFor();
    await signIn(page, TOKEN);
    await heading(page).getByText('emits').waitFor();
    await page.locator('.tile', { hasText: 'Norway' }).waitFor();
    await page.locator('li.model').first().waitFor();
    assert.match(page.url(), new RegExp(`#/study/${study.id}\\?zone=NO`));
    assert.equal(await page.evaluate(() => document.cookie), '', 'no script reads the cookie');
    await page.reload();
    await heading(page).getByText('emits').waitFor();
    await done(page);
});

test('a server that started anew asks again, in the scene where one is', async () => {
    const page = await tab(server);
    await wanted(page).waitFor();
    await signIn(page, TOKEN);
    await page.locator('li.model').first().waitFor();
    await server.stop();
    await server.start();
    await page.getByRole('link', { name: 'History' }).click();
    await wanted(page).waitFor();
    await signIn(page, TOKEN);
    await page.locator('li.study').first().waitFor();
    await done(page);
});
