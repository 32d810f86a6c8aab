import { parseArgs } from 'node:util';
import { kafkaMissing } from '../../scripts/lib/kafka-broker.mjs';
import { ANY_MOMENT, type KillPoint, killRounds, pointsOf } from './rig/kill-rounds.ts';
import { copyBundle, embeddedRig, kafkaRig, type Rig } from './rig/rig.ts';
import { isClean } from './rig/verdict.ts';

/**
 * `npm run drill -- kills [--buffer embedded|kafka] [--kills 10] [--random 100] [--point TEXT]
 * [--brokers 1] [--client kafkajs|librdkafka]`: SIGKILL at each named point and at random, while
 * senders send traces, metrics and logs. Ends with 1 when an acknowledged request is not in the store exactly once.
 */
const { values } = parseArgs({
  options: {
    buffer: { type: 'string', default: 'embedded,kafka' },
    kills: { type: 'string', default: '10' },
    random: { type: 'string', default: '100' },
    point: { type: 'string', default: '' },
    brokers: { type: 'string', default: '1' },
    client: { type: 'string', default: 'kafkajs' },
  },
});

/** A verdict after so many kills at any time. */
const RANDOM_KILLS_A_VERDICT = 25;

const { bundle, remove } = copyBundle();
let faults = 0;
let killed = 0;

async function drill(rig: Rig, point: KillPoint, kills: number): Promise<void> {
  const startMs = performance.now();
  try {
    const verdict = await killRounds({ rig, point, kills });
    killed += kills;
    if (!isClean(verdict)) faults += 1;
    const seconds = Math.round((performance.now() - startMs) / 1000);
    console.log(
      `${rig.buffer.padEnd(8)} ${point.title.padEnd(54)} ${kills} kills, ${seconds} s: ` +
        `${verdict.acknowledged} requests acknowledged, ${verdict.lost} lost, ` +
        `${verdict.doubled} doubled, ${verdict.partial} partial, roll-up off by ${verdict.rollupOff}` +
        ` (${verdict.unacknowledgedStored} stored without an answer)`,
    );
  } catch (error) {
    faults += 1;
    console.log(`${rig.buffer} ${point.title}: ${error instanceof Error ? error.stack : error}`);
  }
}

async function drillBuffer(rig: Rig): Promise<void> {
  try {
    for (const point of pointsOf(rig)) {
      if (point.title.includes(values.point)) await drill(rig, point, Number(values.kills));
    }
    if (!ANY_MOMENT.title.includes(values.point)) return;
    for (let left = Number(values.random); left > 0; left -= RANDOM_KILLS_A_VERDICT) {
      await drill(rig, ANY_MOMENT, Math.min(left, RANDOM_KILLS_A_VERDICT));
    }
  } finally {
    await rig.end();
  }
}

try {
  if (values.buffer.includes('embedded')) {
    const sets = { 'exporters::buffer::segment_size': '1MiB' };
    await drillBuffer(await embeddedRig({ bundle, sets }));
  }
  if (values.buffer.includes('kafka')) {
    const missing = kafkaMissing();
    if (missing !== undefined) throw new Error(missing);
    const { client } = values;
    const gatewaySets = { 'exporters::kafka::client': client };
    const sets = { 'receivers::kafka::client': client };
    const brokers = Number(values.brokers);
    await drillBuffer(await kafkaRig({ bundle, gatewaySets, sets, brokers }));
  }
} finally {
  remove();
}
console.log(`${killed} kills, ${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
