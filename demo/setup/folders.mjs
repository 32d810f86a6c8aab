// Where the shop's tools are kept: once a machine, beside the other caches, never in the checkout.
import { join } from 'node:path';
import { cacheDirectory } from '../../scripts/lib/cache.mjs';
import { contentHash } from '../../scripts/lib/stamp.mjs';

/** The folder of one tool's set-up; another one when what it was made from changes. */
export function toolFolder(root, name, sources) {
  return join(cacheDirectory(), 'demo', name, contentHash(root, sources).slice(0, 16));
}

/** The folder of the running shop's notes: addresses, faults, logs. */
export function defaultRunFolder() {
  return join(cacheDirectory(), 'demo', 'run');
}
