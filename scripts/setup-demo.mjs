// `npm run setup:demo`: fetches and builds what the shop runs on now instead of at its first start.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupShop } from '../demo/setup/index.mjs';
import { say } from './lib/steps.mjs';

const parts = await setupShop(dirname(dirname(fileURLToPath(import.meta.url))));
const missing = Object.entries(parts).filter(([, part]) => part.missing !== undefined);
say(
  `The shop has ${Object.keys(parts).length - missing.length} of ${Object.keys(parts).length} parts.`,
);
process.exit(missing.length === 0 ? 0 : 1);
