// `npm run bench -- NAME ...`: runs benchmarks (`bench/NAME.bench.ts` of any package); without a name, lists them.
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStale } from './lib/build.mjs';
import { installPackages } from './lib/install.mjs';
import { run, say } from './lib/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SKIP = new Set([
  'node_modules',
  '.tsbuild',
  'dist',
  'build',
  '.git',
  '.sonde',
  '.svelte-kit',
]);

function benchmarks(directory) {
  const found = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && !SKIP.has(entry.name)) found.push(...benchmarks(path));
    else if (entry.name.endsWith('.bench.ts')) found.push(path);
  }
  return found;
}

const all = new Map(benchmarks(root).map((path) => [basename(path, '.bench.ts'), path]));
const names = process.argv.slice(2).filter((name) => !name.startsWith('-'));
if (names.length === 0) {
  say(`Benchmarks: ${[...all.keys()].sort().join(', ')}`);
  process.exit(0);
}
for (const name of names) {
  if (!all.has(name)) {
    say(`No benchmark "${name}". There are: ${[...all.keys()].sort().join(', ')}`);
    process.exit(1);
  }
}
await installPackages(root);
await buildStale(root);
for (const name of names) {
  await run(`Benchmark ${name}`, process.execPath, ['--import', 'tsx', all.get(name)], {
    cwd: root,
    show: true,
  });
}
