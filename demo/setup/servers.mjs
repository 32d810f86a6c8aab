// PostgreSQL and Redis from Debian: those of the machine, or its packages unpacked into a cache
// folder: nothing is installed, and no service of the system starts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../scripts/lib/steps.mjs';
import { toolFolder } from './folders.mjs';

const SHARED_CACHE = '/var/cache/sonde/demo/debian';

/** Unpacked programs that another user (PostgreSQL refuses root) has to reach as well. */
function unpackedFolder(root) {
  if (process.getuid() === 0) return SHARED_CACHE;
  return toolFolder(root, 'debian', ['demo/setup/servers.mjs']);
}

/** The newest PostgreSQL under a root of the file system; undefined without one. */
function postgresUnder(prefix) {
  const base = join(prefix, 'usr/lib/postgresql');
  if (!existsSync(base)) return undefined;
  const versions = readdirSync(base).sort((a, b) => Number(b) - Number(a));
  const found = versions.find((version) => existsSync(join(base, version, 'bin/postgres')));
  return found === undefined ? undefined : join(base, found, 'bin');
}

function redisUnder(prefix) {
  const path = join(prefix, 'usr/bin/redis-server');
  return existsSync(path) ? path : undefined;
}

/** `{ program, libraries }` where it is, now; undefined where it is not. */
function find(root, under) {
  const own = under('/');
  if (own !== undefined) return { program: own, libraries: undefined };
  const folder = unpackedFolder(root);
  const unpacked = under(folder);
  if (unpacked === undefined) return undefined;
  return { program: unpacked, libraries: join(folder, 'usr/lib/x86_64-linux-gnu') };
}

/** PostgreSQL's folder of programs, without setting anything up. */
export function findPostgres(root) {
  return find(root, postgresUnder);
}

/** Redis, without setting anything up. */
export function findRedis(root) {
  return find(root, redisUnder);
}

export async function setupPostgres(root) {
  return answer(await findOrUnpack(root, findPostgres, 'postgresql'), 'postgresql');
}

export async function setupRedis(root) {
  return answer(await findOrUnpack(root, findRedis, 'redis-server'), 'redis-server');
}

function answer(found, name) {
  if (found !== undefined) return { ready: found };
  return { missing: `no ${name} here (apt-get install ${name})` };
}

async function findOrUnpack(root, look, name) {
  const found = look(root);
  if (found !== undefined || spawnSync('apt-get', ['--version']).status !== 0) return found;
  await unpack(unpackedFolder(root), name);
  return look(root);
}

/** Downloads a package with what it needs and this machine lacks, and unpacks all of it. */
async function unpack(folder, name) {
  const archives = join(folder, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  if (process.getuid() === 0) {
    await run('Shop: package lists of Debian', 'apt-get', ['update', '-q'], { mayFail: true });
  }
  const options = ['-o', 'Debug::NoLocking=1', '-o', `Dir::Cache::archives=${archives}`];
  const install = ['install', '--download-only', '-y', '-q', '--no-install-recommends'];
  const args = [...install, ...options, name];
  const { code } = await run(`Shop: ${name} from Debian`, 'apt-get', args, { mayFail: true });
  if (code === 0) {
    for (const file of readdirSync(archives).filter((entry) => entry.endsWith('.deb'))) {
      const unpacking = ['-x', join(archives, file), folder];
      await run(`Shop: ${file}`, 'dpkg-deb', unpacking, { mayFail: true });
    }
  }
  rmSync(archives, { recursive: true, force: true });
}
