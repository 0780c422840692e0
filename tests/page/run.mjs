// SPDX-License-Identifier: Apache-2.0
// Drives the page in a browser against a real server, and prints TAP: node run.mjs FOLDER NAME.test.mjs
// FOLDER is where the packages of package-lock.json go. Skips, with the reason, where it cannot.

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
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

function install() {
    const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
    const stamp = join(folder, 'node_modules', '.miev-lock');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock)
        return;
    try {
        execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'pipe' });
    } catch {
        skip('npm could not install the packages of tests/page/package-lock.json');
    }
    writeFileSync(stamp, lock);
}

if (Number(process.versions.node.split('.')[0]) < 20)
    skip(`node ${process.versions.node} is older than 20, which Playwright needs`);
if (!existsSync(chromium))
    skip(`${chromium} is not there: apt install chromium, or name another in MIEV_CHROMIUM`);
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(here))
    if (/\.(mjs|json)$/.test(name))
        copyFileSync(join(here, name), join(folder, name));
install();

const { status } = spawnSync(process.execPath, ['--test-reporter=tap', join(folder, file)], {
    stdio: 'inherit',
    env: { ...process.env, MIEV_CHROMIUM: chromium, MIEV_SOURCE: process.cwd() },
});
process.exit(status ?? 1);
