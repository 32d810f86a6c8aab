import { loadavg } from 'node:os';
import { collectorPath } from '../../system/peers.ts';
import { printDisk, underLoad } from './fill.ts';
import { compareIngest } from './ingest.ts';
import { type FullStore, withFullStore } from './kept-day.ts';
import { askQuestions } from './queries.ts';

/**
 * `npm run bench -- store`: ingest beside the Collector, then a day of a fleet through the whole
 * path and what pages ask of it (`withFullStore`). `SONDE_BENCH_PART` is `ingest` or `queries`
 * alone; `SONDE_BENCH_QUESTION` is a regular expression of the names of the questions to ask.
 */
const LOAD_SPANS_PER_SECOND = 5000;
const QUERY_PARTS: readonly string[] = ['ingest', 'queries'];

async function queries({ sonde, day }: FullStore): Promise<void> {
  await printDisk(sonde);
  await askQuestions(sonde, day, 'idle');
  const endLoad = underLoad(sonde, day, LOAD_SPANS_PER_SECOND);
  await askQuestions(sonde, day, `under ${LOAD_SPANS_PER_SECOND} spans a second`);
  await endLoad();
  const restarted = performance.now();
  await sonde.stop();
  await sonde.up();
  console.log(`stop and start: ${((performance.now() - restarted) / 1000).toFixed(1)} s`);
}

async function main(): Promise<void> {
  const part = process.env['SONDE_BENCH_PART'];
  if (part !== undefined && !QUERY_PARTS.includes(part)) {
    throw new RangeError(`SONDE_BENCH_PART is ${QUERY_PARTS.join(' or ')}`);
  }
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
  if (part !== 'queries') {
    const binary = collectorPath();
    if (binary === undefined) {
      console.log('No Collector here (npm run setup:collector): Sonde alone is measured.');
    }
    await compareIngest(binary);
  }
  if (part !== 'ingest') await withFullStore(queries);
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
}

await main();
