// Where things that outlive a clone are kept: peers for tests, built once a machine.
import { homedir } from 'node:os';
import { join } from 'node:path';

export function cacheDirectory() {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sonde');
}
