// `npm run yardstick -- NAME ...`: measures against outside data (`test/yardstick/NAME.yardstick.ts`); without a name, lists them.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './lib/install.mjs';
import { run, say } from './lib/steps.mjs';

const SUFFIX = '.yardstick.ts';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'test/yardstick');
const all = readdirSync(folder)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !all.includes(name)) {
  say(`Yardsticks: ${all.join(', ')}`);
  process.exit(name === undefined ? 0 : 1);
}
await installPackages(root);
await run(
  `Yardstick ${name}`,
  process.execPath,
  ['--import', 'tsx', join(folder, `${name}${SUFFIX}`), ...rest],
  { show: true },
);
