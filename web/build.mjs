// SPDX-License-Identifier: Apache-2.0
// Builds the page: node build.mjs OUT [DEPFILE]
//
// Everything is made below OUT; the folder of the sources is only read. OUT/tree becomes a copy of
// the sources with the packages of package-lock.json beside it, which the tests use as well.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const source = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? fail('usage: node build.mjs OUT [DEPFILE]'));
const depfile = process.argv[3];
const tree = join(out, 'tree');
const copied = ['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'map', 'page', 'tests'];

function fail(sentence) {
    console.error(`error: ${sentence}`);
    process.exit(1);
}

function stage() {
    mkdirSync(tree, { recursive: true });
    for (const name of copied) {
        rmSync(join(tree, name), { recursive: true, force: true });
        if (existsSync(join(source, name)))
            cpSync(join(source, name), join(tree, name), { recursive: true });
    }
}

// The packages, unless those of this very lock file are there already.
function install() {
    const lock = readFileSync(join(tree, 'package-lock.json'), 'utf8');
    const stamp = join(tree, 'node_modules', '.miev-lock');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock)
        return;
    try {
        execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
            { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
    } catch {
        fail('npm could not install the packages of web/package-lock.json (the lines above say why); ' +
            'the program is built without its page by: meson configure -Dpage=disabled');
    }
    writeFileSync(stamp, lock);
}

const text = (...path) => readFileSync(join(tree, ...path), 'utf8');
const sha256 = (words) => createHash('sha256').update(words).digest('base64');

// Countries as TopoJSON.
function world() {
    execFileSync(process.execPath, ['map/make.mjs', 'world.json'], { cwd: tree, stdio: 'inherit' });
    return text('world.json');
}

// One file that needs no server. It allows its own script and style by their hashes, so that
// nothing in a report could ever run.
function standalone(script, style, map) {
    const policy = `default-src 'none'; script-src 'sha256-${sha256(script)}'; ` +
        `style-src 'sha256-${sha256(style)}'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
    const values = { policy, style, script, icon: Buffer.from(text('page', 'icon.svg')).toString('base64'),
        world: map.replaceAll('<', '\\u003c') };
    return text('page', 'standalone.html').replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}

function bundle() {
    const esbuild = createRequire(join(tree, 'package.json'))('esbuild');
    const result = esbuild.buildSync({
        absWorkingDir: tree,
        entryPoints: { app: 'src/main.tsx' },
        outdir: out,
        bundle: true,
        minify: true,
        format: 'iife',
        target: 'es2021',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        legalComments: 'none', // NOTICE names the libraries and their licences
        write: false,
        logLevel: 'warning',
    });
    const made = Object.fromEntries(result.outputFiles.map((file) => [relative(out, file.path), file.text]));
    return { script: made['app.js'].trim(), style: made['app.css'].trim() };
}

// A file, and what a browser may ask for instead of it.
function put(name, content) {
    const raw = Buffer.from(content);
    writeFileSync(join(out, name), raw);
    writeFileSync(join(out, `${name}.gz`), gzipSync(raw, { level: 9 }));
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(raw, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
    }));
}

function listed(folder) {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => entry.isDirectory()
        ? listed(join(folder, entry.name)) : [join(folder, entry.name)]);
}

// What to build again for, in the words of make: every file that was copied.
function dependencies() {
    const files = copied.map((name) => join(source, name)).filter(existsSync)
        .flatMap((path) => /\.json$/.test(path) ? [path] : listed(path));
    return `${join(out, 'app.js')}: ${files.map((path) => path.replaceAll(' ', '\\ ')).join(' \\\n ')}\n`;
}

stage();
install();
const { script, style } = bundle();
const map = world();
put('app.js', script);
put('app.css', style);
put('index.html', text('page', 'index.html'));
put('icon.svg', text('page', 'icon.svg'));
put('world.json', map);
put('standalone.html', standalone(script, style, map));
if (depfile)
    writeFileSync(depfile, dependencies());
