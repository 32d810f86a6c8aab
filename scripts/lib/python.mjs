// A Python environment with the clients that tests drive: OpenTelemetry's SDK, clickhouse-connect and
// confluent-kafka.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { contentHash, isFresh, writeStamp } from './stamp.mjs';
import { run, say } from './steps.mjs';

const REQUIREMENTS = 'test/peers/python/requirements.txt';

export function pythonPath(root) {
  const hash = contentHash(root, [REQUIREMENTS]).slice(0, 16);
  return join(cacheDirectory(), 'python', hash, 'bin', 'python');
}

/** Makes the environment where it is missing; the tests that need it skip where it cannot be made. */
export async function setupPython(root) {
  const python = pythonPath(root);
  const directory = join(python, '..', '..');
  const stamp = join(directory, '.stamp');
  const hash = contentHash(root, [REQUIREMENTS]);
  if (isFresh(stamp, hash) && existsSync(python)) return;
  if (spawnSync('python3', ['-m', 'venv', '--help']).status !== 0) {
    say('No python3 with venv here: the tests with Python clients will be skipped.');
    return;
  }
  const venv = await run('Python: environment', 'python3', ['-m', 'venv', directory], {
    mayFail: true,
  });
  if (venv.code !== 0) return;
  const pip = [
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    '-r',
    join(root, REQUIREMENTS),
  ];
  const { code } = await run('Python: clients', python, pip, { mayFail: true });
  if (code === 0) writeStamp(stamp, hash);
}
