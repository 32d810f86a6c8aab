// Installs the npm packages once per lock file; works offline afterwards.
import { join } from 'node:path';
import { contentHash, isFresh, writeStamp } from './stamp.mjs';
import { run, say } from './steps.mjs';

// Measured with an empty npm cache: `npm ci --cache <empty folder>`, then the size of that folder.
const DOWNLOAD_MB = 350;
const DISK_MB = 930;

export async function installPackages(root) {
  const stamp = join(root, 'node_modules', '.sonde-installed');
  const hash = contentHash(root, ['package-lock.json']);
  if (isFresh(stamp, hash)) return;
  say(
    `Installing the packages: about ${DOWNLOAD_MB} MB to download, ${DISK_MB} MB on disk, once (most of it is the ClickHouse engine).`,
  );
  await run(
    'npm ci',
    'npm',
    ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root },
  );
  writeStamp(stamp, hash);
}
