// SPDX-License-Identifier: Apache-2.0
// How soon the page is there, with nothing kept by the browser and with all of it. Prints one figure a line:
// name, value, unit. By hand, from the top folder (bench/run does it too):
//     MIEV_EXE=$PWD/build/src/miev node tests/page/run.mjs build/tests/page paint.mjs

import { Server, closeBrowser, done, tab } from './bench.mjs';

const TURNS = 7;

/** Sums what comes over the wire, headers too, until the page is quiet. */
async function visit(page, wire, url) {
    await page.goto(`${url}/healthz`); // elsewhere, and no part of the page
    const sums = { bytes: 0, photo_bytes: 0, requests: 0, unchanged: 0 };
    const photos = new Set();
    const count = {
        'Network.requestWillBeSent': ({ requestId, request }) => {
            sums.requests++;
            if (request.url.includes('/inputs/'))
                photos.add(requestId);
        },
        'Network.responseReceivedExtraInfo': ({ statusCode }) => { sums.unchanged += statusCode === 304; },
        'Network.loadingFinished': ({ requestId, encodedDataLength }) => {
            sums[photos.has(requestId) ? 'photo_bytes' : 'bytes'] += encodedDataLength;
        },
    };
    for (const [event, act] of Object.entries(count))
        wire.on(event, act);
    await page.goto(url, { waitUntil: 'networkidle' });
    await page.locator('li.model').first().waitFor();
    for (const [event, act] of Object.entries(count))
        wire.off(event, act);
    const seen = await page.evaluate(async () => {
        let shift = 0;
        const add = (list) => { for (const { value } of list.getEntries()) shift += value; };
        new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
        await new Promise((done) => setTimeout(done, 300)); // the past is told a little later
        const [{ startTime: paint_ms }] = performance.getEntriesByName('first-contentful-paint');
        const [{ loadEventEnd: load_ms }] = performance.getEntriesByType('navigation');
        return { paint_ms, load_ms, shift };
    });
    return { ...sums, ...seen };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

function tell(name, visits) {
    const line = (what, key, unit, digits = 0) =>
        console.log(`${name}: ${what}\t${median(visits.map((visit) => visit[key])).toFixed(digits)}\t${unit}`);
    line('first contentful paint', 'paint_ms', 'ms');
    line('load', 'load_ms', 'ms');
    line('on the wire, with headers', 'bytes', 'bytes');
    line('the sample photos', 'photo_bytes', 'bytes');
    line('requests', 'requests', '');
    line('of them answered by 304', 'unchanged', '');
    line('cumulative layout shift', 'shift', '', 3);
}

const server = await Server.open();
try {
    const page = await tab(server);
    const wire = await page.context().newCDPSession(page);
    await wire.send('Network.enable');
    const [cold, warm] = [[], []];
    for (let turn = 0; turn < TURNS; turn++) {
        await wire.send('Network.clearBrowserCache');
        cold.push(await visit(page, wire, server.url));
        warm.push(await visit(page, wire, server.url));
    }
    tell('page, cold', cold);
    tell('page, warm', warm);
    await done(page);
} finally {
    await closeBrowser();
    await server.close();
}
