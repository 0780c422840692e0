// SPDX-License-Identifier: Apache-2.0
// What the tests of the page share: a server of its own in an empty folder, and a browser that tells
// everything that went wrong in it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const source = process.env.MIEV_SOURCE;
export const kitten = join(source, 'models/photos/cat-kitten.jpg');

const freePort = () => new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
        const { port } = probe.address();
        probe.close(() => done(port));
    });
});

export class Server {
    static open(...options) {
        return Server.openWith({}, ...options);
    }

    /** `env`: what the server finds in its environment besides. */
    static async openWith(env, ...options) {
        const server = new Server();
        server.env = env;
        server.data = mkdtempSync(join(tmpdir(), 'miev-page-'));
        server.port = await freePort();
        server.options = options;
        await server.start();
        return server;
    }

    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    async start() {
        this.said = '';
        this.process = spawn(process.env.MIEV_EXE, ['serve', '--port', String(this.port), ...this.options],
            { env: { ...process.env, MIEV_DATA: this.data, MIEV_MODELS: join(this.data, 'depot'), ...this.env }, cwd: source, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.process.stdout, this.process.stderr])
            stream.on('data', (words) => { this.said += words; });
        for (let tries = 0; tries < 100; tries++) {
            if (await fetch(`${this.url}/healthz`).then((r) => r.ok, () => false))
                return;
            if (this.process.exitCode !== null)
                break;
            await new Promise((done) => setTimeout(done, 50));
        }
        throw new Error(`miev serve did not start: ${this.said}`);
    }

    async stop(signal = 'SIGTERM') {
        const ended = new Promise((done) => this.process.once('exit', done));
        if (this.process.exitCode === null && this.process.signalCode === null) {
            this.process.kill(signal);
            await ended;
        }
    }

    async close() {
        await this.stop();
        rmSync(this.data, { recursive: true, force: true });
    }

    async api(method, path, body) {
        const headers = { 'Content-Type': 'application/json', ...(this.token && { Authorization: `Bearer ${this.token}` }) };
        const response = await fetch(`${this.url}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
        const text = await response.text();
        return { status: response.status, body: text ? JSON.parse(text) : null };
    }

    /** A study that is over and has figures, made without the page. A busy machine needs longer. */
    async studied(models = ['cifar10-nano:int8', 'cifar10-micro:int8']) {
        for (let budget_s = 4; ; budget_s *= 2) {
            const made = await this.api('POST', 'studies', { models, input: 'sample:cat-kitten.jpg', budget_s });
            assert.equal(made.status, 202, JSON.stringify(made.body));
            const study = await this.over(made.body.id);
            const { body: report } = await this.api('GET', `studies/${study.id}/report`);
            if (report.models?.every((model) => model.footprint) || budget_s > 30)
                return study;
            await this.api('DELETE', `studies/${study.id}`);
        }
    }

    async over(id) {
        for (;;) {
            const { body } = await this.api('GET', `studies/${id}`);
            if (body.status !== 'queued' && body.status !== 'running')
                return body;
            await new Promise((done) => setTimeout(done, 100));
        }
    }
}

let browser = null; // a promise, so that two tabs at once open one
export const closeBrowser = async () => (await browser)?.close();

// What a refused request leaves in the console is no fault of the page.
const EXPECTED = /Failed to load resource|net::ERR_/;

/** A tab of a browser of its own. `faults` holds every error and every breach of the policy. */
export async function tab(server, { hash = '', width = 1280, scheme = 'light', budget = 8 } = {}) {
    browser ??= chromium.launch({ executablePath: process.env.MIEV_CHROMIUM, args: ['--no-sandbox'] });
    const context = await (await browser).newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale: 'en-GB',
        reducedMotion: 'reduce', acceptDownloads: true });
    const settings = { pricing: { zone: 'World', intensity: null, pue: 1, embodied: true, requests_per_day: 0 }, per: 'day', budget_s: budget };
    await context.addInitScript((kept) => {
        if (!localStorage.getItem('miev.settings'))
            localStorage.setItem('miev.settings', kept);
    }, JSON.stringify(settings));
    const page = await context.newPage();
    page.setDefaultTimeout(40000); // for a crowded machine
    page.faults = [];
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text()))
            page.faults.push(message.text());
    });
    page.on('pageerror', (error) => page.faults.push(error.stack ?? String(error)));
    await page.goto(`${server.url}/${hash}`);
    return page;
}

export async function done(page) {
    assert.deepEqual(page.faults, [], 'errors in the browser');
    await page.context().close();
}

export const heading = (page) => page.locator('#results-title');

/** Choose these models and this sample, and start. */
export async function create(page, models, photo = 'cat-kitten.jpg') {
    await page.getByRole('button', { name: 'None', exact: true }).click();
    for (const [name, precision] of models.map((id) => id.split(':')))
        await page.locator('li.model', { hasText: name }).filter({ hasText: precision }).getByRole('checkbox').check();
    await page.getByRole('radio', { name: photo }).first().check();
    await page.getByRole('button', { name: 'Create Chart' }).click();
}

export const finished = (page) => page.locator('.study-head .status', { hasText: 'finished' }).waitFor({ timeout: 120000 });
