import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sonde } from '../../system/sonde.ts';
import { fillDay } from './fill.ts';
import { type FleetDay, ROWS_PER_SLICE } from './fleet.ts';

/** Of a folder that is kept: the day that lies there whole. */
const DAY_FILE = 'fleet-day.json';
const ROWS_DEFAULT = 20_000_000;

/** A Sonde that is up, with a day of the fleet in its store. */
export interface FullStore {
  readonly sonde: Sonde;
  readonly day: FleetDay;
}

/**
 * Runs `work` on a day of a fleet: `SONDE_BENCH_ROWS` spans and as many log records (20 million,
 * which take an hour on two cores). With `SONDE_BENCH_DATA` the day is kept in that folder, and
 * asked again the next time; else it is removed in the end.
 */
export async function withFullStore(work: (store: FullStore) => Promise<void>): Promise<void> {
  const kept = process.env['SONDE_BENCH_DATA'];
  const sonde = new Sonde(kept);
  try {
    await sonde.up();
    const file = join(sonde.directory, DAY_FILE);
    const day: FleetDay = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : await newDay(sonde);
    await work({ sonde, day });
  } finally {
    if (kept === undefined) await sonde.remove();
    else await sonde.stop();
  }
}

async function newDay(sonde: Sonde): Promise<FleetDay> {
  const rows = Number(process.env['SONDE_BENCH_ROWS'] ?? ROWS_DEFAULT);
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
