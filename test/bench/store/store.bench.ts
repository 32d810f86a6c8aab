import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { collectorPath } from '../../system/peers.ts';
import { Sonde } from '../../system/sonde.ts';
import { fillDay, printDisk, underLoad } from './fill.ts';
import { type FleetDay, ROWS_PER_SLICE } from './fleet.ts';
import { compareIngest } from './ingest.ts';
import { askQuestions } from './queries.ts';

/**
 * `npm run bench -- store`: ingest beside the Collector, then a day of a fleet through the whole
 * path and what pages ask of it. `SONDE_BENCH_ROWS` is how many spans, and as many log records
 * (20 million take an hour on two cores); `SONDE_BENCH_PART` is `ingest` or `queries` alone. With
 * `SONDE_BENCH_DATA` the day is kept in that folder, and asked again the next time.
 */
const ROWS_DEFAULT = 20_000_000;
const LOAD_SPANS_PER_SECOND = 5000;
const QUERY_PARTS: readonly string[] = ['ingest', 'queries'];

/** Of a folder that is kept: the day that lies there whole. */
const DAY_FILE = 'fleet-day.json';

async function newDay(sonde: Sonde, rows: number): Promise<FleetDay> {
  const slices = Math.ceil(rows / ROWS_PER_SLICE);
  // Records arrive while their day goes by: none may be in the future when the last is sent.
  const day: FleetDay = { endMs: Date.now(), slices };
  const began = performance.now();
  await fillDay(sonde, day);
  const minutes = (performance.now() - began) / 60_000;
  console.log(`${slices * ROWS_PER_SLICE} spans and log records each in ${minutes.toFixed(1)} min`);
  writeFileSync(join(sonde.directory, DAY_FILE), JSON.stringify(day));
  return day;
}

async function queries(rows: number): Promise<void> {
  const kept = process.env['SONDE_BENCH_DATA'];
  const sonde = new Sonde(kept);
  try {
    await sonde.up();
    const file = join(sonde.directory, DAY_FILE);
    const day: FleetDay = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : await newDay(sonde, rows);
    await printDisk(sonde);
    await askQuestions(sonde, day, 'idle');
    const endLoad = underLoad(sonde, day, LOAD_SPANS_PER_SECOND);
    await askQuestions(sonde, day, `under ${LOAD_SPANS_PER_SECOND} spans a second`);
    await endLoad();
    const restarted = performance.now();
    await sonde.stop();
    await sonde.up();
    console.log(`stop and start: ${((performance.now() - restarted) / 1000).toFixed(1)} s`);
  } finally {
    if (kept === undefined) await sonde.remove();
    else await sonde.stop();
  }
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
  if (part !== 'ingest') await queries(Number(process.env['SONDE_BENCH_ROWS'] ?? ROWS_DEFAULT));
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
}

await main();
