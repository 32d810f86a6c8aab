/**
 * Builds what of the agent is not JavaScript into the prebuilds that are committed: the BPF programs
 * and the native addon that loads them.
 *
 *   npm run build:bpf              build all into ebpf-agent/prebuilds/
 *   npm run build:bpf -- --check   build the programs into a temporary folder and compare them with
 *                                  what is committed; of the addon compare the hash of its sources
 *
 * It installs what it needs and finds missing: clang, llvm and gcc from Debian (as root), libbpf's
 * sources through cargo, checked against the digest below. Hosts that run Sonde need none of it.
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
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchCrate } from './lib/crate-sources.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const agent = join(root, 'ebpf-agent');
const target = `${process.platform}-${process.arch}`;

/** libbpf 1.7.0 as the crate packs it: its licence is LGPL-2.1 or BSD-2-Clause; here the latter. */
const CRATE = {
  name: 'libbpf-sys',
  version: '1.7.0+v1.7.0',
  sha256: 'a109478760b2900aa2a6f2087e9d0de1d9c535b1758602af2845d5d2ccfaed7c',
};

const TOOLS = [
  { command: 'clang', packages: ['clang'] },
  { command: 'llvm-strip', packages: ['llvm'] },
  { command: 'cc', packages: ['gcc', 'libc6-dev'] },
  { command: 'cargo', packages: ['cargo'] },
];

/** Parts of libbpf that programs link; its linker of objects is for compilers. */
const LIBBPF_LEFT_OUT = ['linker.c'];

function succeed(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.error !== undefined) throw new Error(`${command}: ${result.error.message}`);
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} ${args.join(' ')}\n${result.stdout ?? ''}${result.stderr ?? ''}`);
}

function installTools() {
  const missing = TOOLS.filter(({ command }) => spawnSync(command, ['--version']).error);
  if (missing.length === 0) return;
  const packages = missing.flatMap((tool) => tool.packages);
  if (process.getuid() !== 0 || spawnSync('apt-get', ['--version']).error) {
    throw new Error(`missing: apt-get install ${packages.join(' ')}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  console.log(`installing ${packages.join(' ')}`);
  succeed('apt-get', ['update', '-q'], { env });
  succeed('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env });
}

/** The folder with libbpf's `src` and `include`. */
function fetchLibbpf() {
  return join(fetchCrate(CRATE), 'libbpf');
}

/** Files below a folder whose names match, relative to the agent, in order. */
function filesBelow(folder, pattern) {
  return readdirSync(join(agent, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(agent, join(entry.parentPath, entry.name)))
    .sort();
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\0`).update(readFileSync(join(agent, path)));
  return hash.digest('hex');
}

/** `<bpf/libbpf.h>` and the like, as an installed libbpf has them. */
function headerFolder(libbpf, work) {
  const include = join(work, 'include');
  mkdirSync(include, { recursive: true });
  symlinkSync(join(libbpf, 'src'), join(include, 'bpf'));
  return include;
}

function buildPrograms({ libbpf, include, out }) {
  mkdirSync(out, { recursive: true });
  for (const source of filesBelow('bpf', /\.bpf\.c$/)) {
    const name = source.replace(/^bpf\/(.*)\.c$/, '$1.o');
    const object = join(out, name);
    const args = [
      ...['-g', '-O2', '-target', 'bpf', '-mcpu=v3', '-D__TARGET_ARCH_x86'],
      ...[
        '-Wall',
        '-Wextra',
        '-Werror',
        '-Wno-unused-parameter',
        '-Wno-missing-field-initializers',
      ],
      // The objects name their sources: the same ones wherever they were built.
      `-fdebug-prefix-map=${include}=include`,
      `-fdebug-prefix-map=${libbpf}=libbpf`,
      `-fdebug-compilation-dir=.`,
      ...['-I', include, '-I', join(libbpf, 'include', 'uapi')],
      ...['-idirafter', '/usr/include/x86_64-linux-gnu'],
      ...['-c', source.replace(/^bpf\//, ''), '-o', object],
    ];
    succeed('clang', args, { cwd: join(agent, 'bpf') });
    succeed('llvm-strip', ['-g', object]);
  }
}

function nodeHeaders() {
  const candidates = [resolve(dirname(process.execPath), '../include/node'), '/usr/include/node'];
  const needed = ['node_api.h', 'uv.h'];
  const found = candidates.find((folder) => needed.every((name) => existsSync(join(folder, name))));
  if (found === undefined) {
    throw new Error(`${needed.join(' and ')} are in none of ${candidates.join(', ')}`);
  }
  return found;
}

const ADDON_SOURCES = /\.[ch]$/;

function buildAddon({ libbpf, include, work, out }) {
  const common = [
    ...['-std=gnu11', '-O2', '-fPIC', '-fvisibility=hidden', '-D_GNU_SOURCE'],
    ...['-ffunction-sections', '-fdata-sections', `-ffile-prefix-map=${libbpf}=libbpf`],
    ...['-I', join(agent, 'native', 'elf'), '-I', join(libbpf, 'include', 'uapi')],
  ];
  const objects = [];
  const sources = readdirSync(join(libbpf, 'src')).filter(
    (name) => name.endsWith('.c') && !LIBBPF_LEFT_OUT.includes(name),
  );
  for (const name of sources) {
    const object = join(work, `${name}.o`);
    const args = [...common, '-I', join(libbpf, 'include'), '-c', join(libbpf, 'src', name)];
    succeed('cc', [...args, '-o', object]);
    objects.push(object);
  }
  mkdirSync(out, { recursive: true });
  succeed('cc', [
    ...common,
    ...['-Wall', '-Wextra', '-Werror', '-shared', '-DNAPI_VERSION=8'],
    `-DSONDE_SOURCE_HASH="${hashOf(filesBelow('native', ADDON_SOURCES))}"`,
    ...['-I', include, '-I', nodeHeaders()],
    ...filesBelow('native', /\.c$/).map((path) => join(agent, path)),
    ...objects,
    // Node's own functions are found when it is loaded; everything else is there.
    ...['-Wl,--gc-sections', '-s', '-o', join(out, 'sonde-bpf.node')],
  ]);
}

function clangVersion() {
  return /version (\S+)/.exec(succeed('clang', ['--version']))?.[1] ?? 'unknown';
}

/** What was built from what: compared where there is no compiler too. */
function writeManifest(folder) {
  const objects = readdirSync(folder).filter((name) => name.endsWith('.o'));
  const digest = (name) => createHash('sha256').update(readFileSync(join(folder, name)));
  const manifest = {
    clang: clangVersion(),
    sources: hashOf(filesBelow('bpf', /\.[ch]$/)),
    objects: Object.fromEntries(objects.sort().map((name) => [name, digest(name).digest('hex')])),
  };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** Prebuilds into a folder; `parts`: what of them. */
function build(out, parts) {
  const work = mkdtempSync(join(tmpdir(), 'sonde-bpf-'));
  try {
    const libbpf = fetchLibbpf();
    const include = headerFolder(libbpf, work);
    rmSync(join(out, 'bpf'), { recursive: true, force: true });
    buildPrograms({ libbpf, include, out: join(out, 'bpf') });
    if (parts.includes('addon')) buildAddon({ libbpf, include, work, out: join(out, target) });
    cpSync(join(libbpf, 'LICENSE.BSD-2-Clause'), join(out, 'LICENSE.libbpf'));
    return writeManifest(join(out, 'bpf'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function check() {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-bpf-check-'));
  try {
    const rebuilt = build(folder, ['programs']);
    const committed = JSON.parse(
      readFileSync(join(agent, 'prebuilds', 'bpf', 'manifest.json'), 'utf8'),
    );
    if (rebuilt.clang !== committed.clang) rebuilt.objects = committed.objects;
    if (JSON.stringify({ ...rebuilt, clang: committed.clang }) !== JSON.stringify(committed)) {
      throw new Error('ebpf-agent/prebuilds is not what its sources make: npm run build:bpf');
    }
    const { sourceHash } = createRequire(import.meta.url)(
      join(agent, 'prebuilds', target, 'sonde-bpf.node'),
    );
    if (sourceHash !== hashOf(filesBelow('native', ADDON_SOURCES))) {
      throw new Error('the addon was built from other sources: npm run build:bpf');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  installTools();
  if (process.argv.includes('--check')) {
    check();
    console.log('checked ebpf-agent/prebuilds');
  } else {
    build(join(agent, 'prebuilds'), ['programs', 'addon']);
    console.log('built ebpf-agent/prebuilds');
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
