import { parseArgs } from 'node:util';
import { kafkaMissing } from '../../scripts/lib/kafka-broker.mjs';
import { FAULTS, type Fault } from './rig/faults.ts';
import { copyBundle, type Rig } from './rig/rig.ts';
import { isClean } from './rig/verdict.ts';

/**
 * `npm run drill -- faults [NAME ...] [--buffer embedded|kafka] [--client kafkajs|librdkafka] [--away
 * SECONDS] [--kills N]`: SIGTERM under load, a store or a broker that is away (five minutes unless
 * said), a clock that jumps, a store killed in its migrations, a buffer and disks that are full; on
 * both buffers where they have it; on Kafka brokers that end and partitions that are added, too. Ends
 * with 1 when an acknowledged request is not in the store exactly once.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    away: { type: 'string', default: '300' },
    kills: { type: 'string', default: '10' },
    buffer: { type: 'string', default: 'embedded,kafka' },
    client: { type: 'string', default: 'kafkajs' },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(FAULTS);
const { client } = values;
const options = { awayMs: Number(values.away) * 1000, kills: Number(values.kills), client };

const { bundle, remove } = copyBundle();
let faults = 0;

async function drill(fault: Fault, buffer: Rig['buffer']): Promise<void> {
  const title = `${buffer.padEnd(8)} ${fault.title}`;
  const missing = (buffer === 'kafka' ? kafkaMissing() : undefined) ?? fault.missing?.();
  if (missing !== undefined) {
    console.log(`${title}: skipped, ${missing}`);
    return;
  }
  try {
    const { verdict, refusals, notes } = await fault.run({ ...options, bundle, buffer });
    if (!isClean(verdict)) faults += 1;
    const seen = { ...verdict, refusals: Object.fromEntries(refusals), ...notes };
    console.log(`${title}: ${isClean(verdict) ? 'clean' : 'FAULT'} ${JSON.stringify(seen)}`);
  } catch (error) {
    faults += 1;
    console.log(`${title}: ${error instanceof Error ? error.stack : error}`);
  }
}

for (const name of names) {
  const fault = FAULTS[name];
  if (fault === undefined) throw new Error(`no fault ${name}: ${Object.keys(FAULTS).join(', ')}`);
  for (const buffer of fault.buffers) {
    if (values.buffer.includes(buffer)) await drill(fault, buffer);
  }
}
remove();
process.exit(faults === 0 ? 0 : 1);
