// `npm run setup:collector`: builds the reference Collector now instead of at the next `npm test`.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupCollector } from './lib/collector.mjs';
import { say } from './lib/steps.mjs';

const path = await setupCollector(dirname(dirname(fileURLToPath(import.meta.url))));
say(path === undefined ? 'The Collector could not be built.' : `The Collector is ${path}`);
