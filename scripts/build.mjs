// `npm run build`: installs and builds without starting.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStale } from './lib/build.mjs';
import { becomeOwnerOf, requireHost } from './lib/host.mjs';
import { installPackages } from './lib/install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

requireHost();
becomeOwnerOf(root);
await installPackages(root);
await buildStale(root);
