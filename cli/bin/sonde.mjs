#!/usr/bin/env node
// The `sonde` command of a clone: runs the bundle that `npm run build` (or `npm start`) made.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const bundle = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'sonde.js');
if (!existsSync(bundle)) {
  process.stderr.write(
    'Sonde is not built yet. Run: npm run build (or npm start, which also starts it)\n',
  );
  process.exit(1);
}
await import(pathToFileURL(bundle).href);
