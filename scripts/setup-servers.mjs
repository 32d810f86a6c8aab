// `npm run setup:servers`: the servers that tests of the agent ask, from Debian, unpacked into a cache
// folder: nothing is installed, and no service of the system starts. Needs root, as those tests do.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from './lib/steps.mjs';

/** Where `ebpf-agent/test/real-servers.ts` looks. */
const FOLDER = '/var/cache/sonde/servers';
const PACKAGES = [
  ...['mariadb-server-core', 'mariadb-client-core', 'redis-server', 'memcached'],
  ...['nats-server', 'dnsmasq-base'],
];

if (spawnSync('apt-get', ['--version']).status !== 0 || process.getuid() !== 0) {
  say('Servers for tests of the agent come from Debian, as root: those tests will be skipped.');
  process.exit(1);
}
const archives = join(FOLDER, 'archives');
mkdirSync(join(archives, 'partial'), { recursive: true });
await run('Package lists of Debian', 'apt-get', ['update', '-q'], { mayFail: true });
const options = ['-o', 'Debug::NoLocking=1', '-o', `Dir::Cache::archives=${archives}`];
const install = ['install', '--download-only', '-y', '-q', '--no-install-recommends', ...options];
for (const name of PACKAGES) {
  await run(`${name} from Debian`, 'apt-get', [...install, name], { mayFail: true });
}
for (const file of readdirSync(archives).filter((entry) => entry.endsWith('.deb'))) {
  await run(file, 'dpkg-deb', ['-x', join(archives, file), FOLDER], { mayFail: true });
}
rmSync(archives, { recursive: true, force: true });
say(`The servers are in ${FOLDER}`);
