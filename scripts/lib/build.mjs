// Builds the command and the page when their sources changed.
import { join } from 'node:path';
import { contentHash, isFresh, writeStamp } from './stamp.mjs';
import { run } from './steps.mjs';

const COMMAND_SOURCES = [
  'package-lock.json',
  'scripts/bundle.mjs',
  'proto',
  'buffer',
  'pipeline',
  'delivery',
  'kafka-client',
  'store',
  'ebpf-agent',
  'receivers',
  'processors',
  'exporters',
  'extensions',
  'backend',
  'cli',
];
const PAGE_SOURCES = ['package-lock.json', 'web', 'backend/src/api/contract'];

/** Builds what is stale; nothing when all is fresh. */
export async function buildStale(root) {
  await buildOne(root, {
    title: 'Building the command',
    sources: COMMAND_SOURCES,
    stamp: join(root, 'cli', 'dist', '.stamp'),
    command: [process.execPath, [join(root, 'scripts', 'bundle.mjs')]],
  });
  await buildOne(root, {
    title: 'Building the page',
    sources: PAGE_SOURCES,
    stamp: join(root, 'web', 'build', '.stamp'),
    command: ['npm', ['run', '--silent', 'build', '-w', 'web']],
  });
}

async function buildOne(root, { title, sources, stamp, command: [file, args] }) {
  const hash = contentHash(root, sources);
  if (isFresh(stamp, hash)) return;
  await run(title, file, args, { cwd: root });
  writeStamp(stamp, hash);
}
