// `npm run setup:collector [-- full]`: builds the small reference Collector now instead of at the
// next `npm test`, or the full one, which `npm test` uses where it is and never waits for.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupCollector } from './lib/collector.mjs';
import { say } from './lib/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const kind = process.argv.includes('full') ? 'full' : 'small';
const path = await setupCollector(root, kind);
say(path === undefined ? 'The Collector could not be built.' : `The Collector is ${path}`);
process.exit(path === undefined ? 1 : 0);
