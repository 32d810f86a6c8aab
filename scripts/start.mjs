// `npm start`: installs what is missing, builds what is stale, starts everything on loopback.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildStale } from './lib/build.mjs';
import { becomeOwnerOf, requireHost } from './lib/host.mjs';
import { installPackages } from './lib/install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

requireHost();
becomeOwnerOf(root);
await installPackages(root);
await buildStale(root);

process.argv.splice(2, 0, 'up');
await import(pathToFileURL(join(root, 'cli/dist/sonde.js')).href);
