// SPDX-License-Identifier: Apache-2.0
// Runs the page's tests and prints TAP: node tests/run.mjs TREE
// TREE is what build.mjs made: a copy of the sources with their packages.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const tree = resolve(process.argv[2]);
const esbuild = createRequire(join(tree, 'package.json'))('esbuild');

const tests = (folder) => readdirSync(join(tree, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
        return tests(path);
    return /\.test\.(tsx?|mjs)$/.test(entry.name) ? [path] : [];
});

const bundle = join(tree, 'tests-bundle.mjs');
esbuild.buildSync({
    absWorkingDir: tree,
    stdin: { contents: [...tests('tests'), ...tests('src')].map((path) => `import './${path}';`).join('\n'), resolveDir: tree },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.css': 'empty' },
    define: { CHARTS_FOLDER: JSON.stringify(join(tree, 'src/charts')) },
    sourcemap: 'inline',
    logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test-reporter=tap', bundle], { stdio: 'inherit' });
process.exit(status ?? 1);
