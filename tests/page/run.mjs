// SPDX-License-Identifier: Apache-2.0
// Drives the page in a browser against a real server, and prints TAP: node run.mjs FOLDER NAME.test.mjs
// FOLDER is where the packages of package-lock.json go. Skips, with the reason, where it cannot.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2]);
const file = process.argv[3];
const chromium = process.env.MIEV_CHROMIUM ?? '/usr/bin/chromium';

function skip(reason) {
    console.log(`1..0 # SKIP ${reason}`); // TAP's word for it; another status would be a failure
    process.exit(0);
}

/** The folder that holds the packages of this lock; several tests may come for it at once. */
function packages() {
    const lock = readFileSync(join(here, 'package-lock.json'));
    const place = join(folder, createHash('sha256').update(lock).digest('hex').slice(0, 16));
    if (existsSync(place))
        return place;
    const own = mkdtempSync(join(folder, 'npm-'));
    for (const name of ['package.json', 'package-lock.json'])
        copyFileSync(join(here, name), join(own, name));
    try {
        execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: own, stdio: 'pipe' });
    } catch {
        rmSync(own, { recursive: true });
        skip('npm could not install the packages of tests/page/package-lock.json');
    }
    try {
        renameSync(own, place); // whole or not at all
    } catch (error) {
        if (!existsSync(place))
            throw error;
        rmSync(own, { recursive: true }); // another test was first
    }
    return place;
}

if (Number(process.versions.node.split('.')[0]) < 20)
    skip(`node ${process.versions.node} is older than 20, which Playwright needs`);
if (!existsSync(chromium))
    skip(`${chromium} is not there: apt install chromium, or name another in MIEV_CHROMIUM`);
mkdirSync(folder, { recursive: true });
const stage = join(packages(), basename(file, '.mjs')); // where the test finds them, and no other test's files
mkdirSync(stage, { recursive: true });
for (const name of readdirSync(here))
    if (name.endsWith('.mjs'))
        copyFileSync(join(here, name), join(stage, name));

const { status } = spawnSync(process.execPath, ['--test-reporter=tap', join(stage, file)], {
    stdio: 'inherit',
    env: { ...process.env, MIEV_CHROMIUM: chromium, MIEV_SOURCE: process.cwd() },
});
process.exit(status ?? 1);
