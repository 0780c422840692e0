// SPDX-License-Identifier: Apache-2.0
// Drives the page in a browser against a real server, and prints TAP: node run.mjs FOLDER NAME.test.mjs
// FOLDER is where the packages of package-lock.json go. Skips, with the reason, where it cannot.

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2]);
const file = process.argv[3];
const chromium = process.env.MIEV_CHROMIUM ?? '/usr/bin/chromium';

function skip(reason) {
    console.log(`1..0 # SKIP ${reason}`); // TAP's word for it; another status would be a failure
    process.exit(0);
}

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** One at a time of those that run side by side in the folder. A lock of five minutes is nobody's any more. */
function alone(work) {
    const lock = join(folder, '.lock');
    for (let tenths = 0; tenths < 3000; tenths++) {
        try {
            mkdirSync(lock);
            break;
        } catch {
            pause(100);
        }
    }
    try {
        return work();
    } finally {
        rmSync(lock, { recursive: true, force: true });
    }
}

/** Only what changed: another may be reading the rest. */
function copy() {
    for (const name of readdirSync(here).filter((one) => /\.(mjs|json)$/.test(one))) {
        const [from, to] = [join(here, name), join(folder, name)];
        if (!existsSync(to) || !readFileSync(from).equals(readFileSync(to)))
            copyFileSync(from, to);
    }
}

/** False: npm could not. */
function install() {
    const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
    const stamp = join(folder, 'node_modules', '.miev-lock');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock)
        return true;
    try {
        execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'pipe' });
    } catch {
        return false;
    }
    writeFileSync(stamp, lock);
    return true;
}

if (Number(process.versions.node.split('.')[0]) < 20)
    skip(`node ${process.versions.node} is older than 20, which Playwright needs`);
if (!existsSync(chromium))
    skip(`${chromium} is not there: apt install chromium, or name another in MIEV_CHROMIUM`);
mkdirSync(folder, { recursive: true });
const installed = alone(() => {
    copy();
    return install();
});
if (!installed)
    skip('npm could not install the packages of tests/page/package-lock.json');

const { status } = spawnSync(process.execPath, ['--test-reporter=tap', join(folder, file)], {
    stdio: 'inherit',
    env: { ...process.env, MIEV_CHROMIUM: chromium, MIEV_SOURCE: process.cwd() },
});
process.exit(status ?? 1);
