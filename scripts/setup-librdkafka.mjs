// `npm run setup:librdkafka`: builds the addon behind `client: librdkafka` into buffer/build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, say } from './lib/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const HEADER = '/usr/include/librdkafka/rdkafka.h';
const PACKAGES = ['gcc', 'libc6-dev', 'librdkafka-dev'];

if (!existsSync(HEADER)) {
  if (process.getuid() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    say(`librdkafka's headers are not here (${HEADER}): apt-get install ${PACKAGES.join(' ')}`);
    process.exit(1);
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('Debian: package lists', 'apt-get', ['update', '-q'], { env, mayFail: true });
  const install = ['install', '-y', '-q', '--no-install-recommends', ...PACKAGES];
  await run(`Debian: ${PACKAGES.join(' ')}`, 'apt-get', install, { env });
}
const headers = [resolve(dirname(process.execPath), '../include/node'), '/usr/include/node'].find(
  (folder) => existsSync(join(folder, 'node_api.h')),
);
if (headers === undefined) {
  say("node_api.h is not here: install Node's headers (they come with its archive and packages)");
  process.exit(1);
}
const target = join(root, 'buffer/build/sonde-rdkafka.node');
mkdirSync(dirname(target), { recursive: true });
const options = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC'];
const folder = join(root, 'buffer/native/rdkafka');
const sources = readdirSync(folder).filter((name) => name.endsWith('.c'));
await run('The addon of librdkafka', 'cc', [
  ...options,
  '-fvisibility=hidden',
  '-DNAPI_VERSION=8',
  `-I${headers}`,
  ...sources.map((name) => join(folder, name)),
  '-lrdkafka',
  '-pthread',
  '-s',
  '-o',
  target,
]);
const check = 'console.log(require(process.argv[1]).version())';
await run('librdkafka', process.execPath, ['-e', check, target], { show: true });
