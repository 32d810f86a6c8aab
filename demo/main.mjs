// `npm run demo`: the shop.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireHost } from '../scripts/lib/host.mjs';
import { say } from '../scripts/lib/steps.mjs';
import { readArguments, USAGE, UsageError } from './control/arguments.mjs';
import { listFaults, showStatus, start, switchFault } from './control/commands.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function run() {
  const { command, words, options } = readArguments(process.argv.slice(2));
  if (command === 'help') return say(USAGE);
  if (command === 'faults') return listFaults();
  if (command === 'fault') return switchFault(words, options);
  if (command === 'status') return showStatus(options);
  if (command === 'start') return start(root, options);
  throw new UsageError(`There is no "${command}": start, faults, fault, status.`);
}

requireHost();
// A reader that went away (`| head`) ends a command, and a running shop in order.
process.stdout.on('error', () => {
  if (process.listenerCount('SIGTERM') === 0) process.exit(0);
  process.kill(process.pid, 'SIGTERM');
});
try {
  await run();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
