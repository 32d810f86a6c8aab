/**
 * Builds the native addons with plain `cc`, into the prebuilds that are committed.
 *
 *   node scripts/build-native.mjs            build all into <package>/prebuilds/<platform>-<arch>/
 *   node scripts/build-native.mjs store      build one
 *   node scripts/build-native.mjs --check    build into a temporary folder; fail when a committed
 *                                            prebuilt was not made from the sources beside it
 *
 * Every addon carries the SHA-256 of its sources as `sourceHash`. Only Node-API is used, so one
 * build serves every Node release; headers come from the running Node, the system, or the npm
 * package node-api-headers. A library that is linked in comes through cargo, as the JSON file beside
 * the sources says: its crate, the digest of it, and which of its files are compiled.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchCrate } from './lib/crate-sources.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

const addons = [
  {
    package: 'store',
    name: 'sonde-chdb',
    folder: 'store/native',
    flags: ['-ldl', '-pthread'],
  },
  {
    package: 'buffer',
    name: 'sonde-lock',
    folder: 'buffer/native/lock',
    flags: [],
  },
  {
    package: 'pipeline',
    name: 'sonde-deflate',
    folder: 'pipeline/native',
    library: 'libdeflate',
    // Its own copy, whatever else is loaded.
    flags: ['-pthread', '-Wl,-Bsymbolic'],
  },
];

function headersFolder() {
  const candidates = [
    resolve(dirname(process.execPath), '../include/node'),
    '/usr/include/node',
    '/usr/local/include/node',
  ];
  try {
    candidates.push(require('node-api-headers').include_dir);
  } catch {
    // Not installed: one of the folders above has to do.
  }
  const found = candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found === undefined) {
    throw new Error(
      `node_api.h is in none of ${candidates.join(', ')}: npm install --no-save node-api-headers`,
    );
  }
  return found;
}

/** The C sources and headers of an addon, and what it links, in the order of their names. */
function sources(addon) {
  const folder = join(root, addon.folder);
  const names = readdirSync(folder).filter((name) => /\.(c|h|json)$/.test(name));
  return names.sort().map((name) => join(folder, name));
}

function sourceHash(addon) {
  const hash = createHash('sha256');
  for (const source of sources(addon)) hash.update(readFileSync(source));
  return hash.digest('hex');
}

const COMPILER = 'cc';
const COMMON_FLAGS = ['-std=gnu11', '-O2', '-fPIC', '-fvisibility=hidden'];

function compile(addon, args) {
  const result = spawnSync(COMPILER, [...COMMON_FLAGS, ...args], { stdio: 'inherit' });
  if (result.error !== undefined) {
    throw new Error(`no C compiler (${COMPILER}): ${result.error.message}`);
  }
  if (result.status !== 0) throw new Error(`${addon.name}: ${COMPILER} failed`);
}

/** The library that an addon links, as one object in the folder `work`, and where its headers are. */
function buildLibrary(addon, work) {
  if (addon.library === undefined) return [];
  const words = readFileSync(join(root, addon.folder, `${addon.library}.json`), 'utf8');
  const { crate, version, sha256, folder, licence, sources: names } = JSON.parse(words);
  const from = join(fetchCrate({ name: crate, version, sha256 }), folder);
  const object = join(work, `${addon.library}.o`);
  compile(addon, ['-r', '-nostdlib', ...names.map((name) => join(from, name)), '-o', object]);
  cpSync(join(from, licence), join(work, `LICENSE.${addon.library}`));
  return [`-I${from}`, object];
}

function build(addon, target) {
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'sonde-native-library-'));
  try {
    const linked = buildLibrary(addon, work);
    compile(addon, [
      ...['-Wall', '-Wextra', '-Werror', '-shared', '-DNAPI_VERSION=8'],
      `-DSONDE_SOURCE_HASH="${sourceHash(addon)}"`,
      `-I${headersFolder()}`,
      ...sources(addon).filter((source) => source.endsWith('.c')),
      ...linked,
      ...addon.flags,
      ...['-s', '-o', target],
    ]);
    for (const name of readdirSync(work).filter((file) => file.startsWith('LICENSE.'))) {
      cpSync(join(work, name), join(dirname(target), name));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function committedPath(addon) {
  const target = `${process.platform}-${process.arch}`;
  return join(root, addon.package, 'prebuilds', target, `${addon.name}.node`);
}

function check(addon) {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-native-'));
  try {
    const rebuilt = join(folder, basename(committedPath(addon)));
    build(addon, rebuilt);
    const committed = committedPath(addon);
    if (!existsSync(committed)) throw new Error(`${addon.name}: no prebuilt at ${committed}`);
    const expected = sourceHash(addon);
    for (const file of [rebuilt, committed]) {
      const found = require(file).sourceHash;
      if (found !== expected) {
        throw new Error(
          `${file} was built from sources ${found}, they are ${expected} now: ` +
            `node scripts/build-native.mjs ${addon.package}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const words = process.argv.slice(2);
const checking = words.includes('--check');
const named = words.filter((word) => !word.startsWith('--'));
const chosen = addons.filter((addon) => named.length === 0 || named.includes(addon.package));
if (chosen.length === 0) throw new Error(`no addon in ${named.join(', ')}`);

for (const addon of chosen) {
  try {
    if (checking) check(addon);
    else build(addon, committedPath(addon));
    console.log(`${checking ? 'checked' : 'built'} ${addon.package}/${addon.name}`);
  } catch (error) {
    console.error(`${addon.package}/${addon.name}: ${error.message}`);
    process.exitCode = 1;
  }
}
