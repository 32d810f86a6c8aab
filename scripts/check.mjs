// `npm run check`: format, lint, types, import directions, dead code and the page's types, cached by content.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './lib/install.mjs';
import { run } from './lib/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const TASKS = ['check:lint', 'check:types', 'check:imports', 'check:unused', 'check'];

await installPackages(root);
await run(
  'Checks',
  'npx',
  ['turbo', 'run', ...TASKS, '--output-logs=errors-only', '--concurrency=2', '--continue'],
  {
    cwd: root,
    show: true,
    env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  },
);
