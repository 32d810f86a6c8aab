// `npm run drill -- NAME ...`: runs heavy drills (`test/drill/NAME.drill.ts`); without a name, lists them.
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStale } from './lib/build.mjs';
import { installDebianPackages } from './lib/debian.mjs';
import { installPackages } from './lib/install.mjs';
import { run, say } from './lib/steps.mjs';

/** What a drill needs of Debian. */
const DEBIAN_PACKAGES = { agent: ['bpftool'] };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'test/drill');
const all = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.drill.ts'))
      .map((file) => basename(file, '.drill.ts'))
  : [];
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !all.includes(name)) {
  say(`Drills: ${all.join(', ')}`);
  process.exit(name === undefined ? 0 : 1);
}
await installPackages(root);
await installDebianPackages(DEBIAN_PACKAGES[name] ?? []);
await buildStale(root);
await run(
  `Drill ${name}`,
  process.execPath,
  ['--import', 'tsx', join(folder, `${name}.drill.ts`), ...rest],
  { cwd: root, show: true },
);
