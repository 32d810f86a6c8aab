import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `deploy/` and `web/`, above the bundle or the sources that run now. */
export function projectRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'deploy', 'config'))) {
    const parent = dirname(directory);
    if (parent === directory)
      throw new Error('deploy/config was not found above the sonde command');
    directory = parent;
  }
  return directory;
}
