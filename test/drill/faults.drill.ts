import { parseArgs } from 'node:util';
import { FAULTS } from './rig/faults.ts';
import { copyBundle } from './rig/rig.ts';
import { isClean } from './rig/verdict.ts';

/**
 * `npm run drill -- faults [NAME ...] [--away SECONDS] [--kills N]`: SIGTERM under load, a store or a
 * broker that is away (five minutes unless said), a clock that jumps, a store killed in its
 * migrations, a buffer and a disk that are full. Ends with 1 when an acknowledged request is not in
 * the store exactly once.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    away: { type: 'string', default: '300' },
    kills: { type: 'string', default: '10' },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(FAULTS);
const options = { awayMs: Number(values.away) * 1000, kills: Number(values.kills) };

const { bundle, remove } = copyBundle();
let faults = 0;
for (const name of names) {
  const fault = FAULTS[name];
  if (fault === undefined) throw new Error(`no fault ${name}: ${Object.keys(FAULTS).join(', ')}`);
  const missing = fault.missing?.();
  if (missing !== undefined) {
    console.log(`${fault.title}: skipped, ${missing}`);
    continue;
  }
  try {
    const { verdict, refusals, notes } = await fault.run({ ...options, bundle });
    if (!isClean(verdict)) faults += 1;
    const seen = { ...verdict, refusals: Object.fromEntries(refusals), ...notes };
    console.log(`${fault.title}: ${isClean(verdict) ? 'clean' : 'FAULT'} ${JSON.stringify(seen)}`);
  } catch (error) {
    faults += 1;
    console.log(`${fault.title}: ${error instanceof Error ? error.stack : error}`);
  }
}
remove();
process.exit(faults === 0 ? 0 : 1);
