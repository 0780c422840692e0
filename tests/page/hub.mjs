// SPDX-License-Identifier: Apache-2.0
// What is around a server in the tests of models that come from elsewhere: a mirror of Hugging Face on this
// machine, and folders of photos to evaluate on.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { source } from './bench.mjs';

/** Two models, one of which stops half way, and a page that is no model. */
const FILES = {
    '/some/models/resolve/main/quick.tflite': readFileSync(join(source, 'models/cifar10-nano.int8.tflite')),
    '/some/models/resolve/main/slow.tflite': readFileSync(join(source, 'models/cifar10-large.float32.tflite')),
    '/some/models/resolve/main/page.tflite': Buffer.from('<!DOCTYPE html><html><title>Sign in</title></html>'),
};

export class Mirror {
    static async open() {
        const mirror = new Mirror();
        mirror.server = createServer((request, response) => {
            const file = FILES[request.url.split('?')[0]];
            if (!file)
                return response.writeHead(404).end();
            response.writeHead(200, { 'Content-Length': file.length, ETag: `"${file.length}"` });
            if (request.url.includes('slow'))
                response.write(file.subarray(0, file.length / 2));
            else
                response.end(file);
        });
        await new Promise((listening) => mirror.server.listen(0, '127.0.0.1', listening));
        return mirror;
    }

    /** For the environment of a server that is to use it. */
    get env() {
        return { HF_ENDPOINT: `http://127.0.0.1:${this.server.address().port}` };
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

/** A folder of class folders below the server's own: {class: [sample photos]}. */
export function photos(server, name, classes) {
    const folder = join(server.data, name);
    for (const [label, files] of Object.entries(classes)) {
        mkdirSync(join(folder, label), { recursive: true });
        for (const file of files)
            copyFileSync(join(source, 'models/photos', file), join(folder, label, file));
    }
    return folder;
}

export function archived(folder, name) {
    const archive = `${folder}/../${name}`;
    execFileSync('tar', ['-C', folder, '-czf', archive, '.']);
    return archive;
}

/** A dataset of the server, made without the page. */
export async function brought(server, archive, name) {
    const response = await fetch(`${server.url}/api/v1/datasets?name=${name}`,
        { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: readFileSync(archive) });
    assert.ok(response.ok, await response.clone().text());
    return response.json();
}

/** An evaluation that is over. */
export async function evaluated(server, model, dataset, mapping = null) {
    const { status, body } = await server.api('POST', 'evaluations', { model, dataset, mapping });
    assert.equal(status, 202, JSON.stringify(body));
    for (;;) {
        const { body: now } = await server.api('GET', `evaluations/${body.id}`);
        if (now.state !== 'waiting' && now.state !== 'running')
            return now;
        await new Promise((done) => setTimeout(done, 100));
    }
}
