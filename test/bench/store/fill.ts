import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Sonde } from '../../system/sonde.ts';
import { type FleetDay, type FleetSignal, ROWS_PER_SLICE } from './fleet.ts';

const POLL_MS = 2000;
/** Of what was sent: the buffer's reader is seconds behind at the most. */
const CATCH_UP_MS = 600_000;

function startSender(
  sonde: Sonde,
  signal: FleetSignal,
  day: FleetDay,
  rowsPerSecond: number,
): ReturnType<typeof spawn> {
  const { host } = new URL(sonde.addresses.otlpHttp);
  const args = [host, signal, 0, day.slices, day.endMs, day.slices, rowsPerSecond].map(String);
  const sender = join(import.meta.dirname, 'fleet-sender.ts');
  return spawn(process.execPath, ['--import', 'tsx', sender, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function countOf(sonde: Sonde, table: string): Promise<number> {
  const [row] = await sonde.select(
    `SELECT toString(count()) AS n FROM ${table} WHERE namespace != 'sonde'`,
  );
  return Number(row?.['n']);
}

/** Sends a day of spans and log records through the whole path and waits until they are stored. */
export async function fillDay(sonde: Sonde, day: FleetDay): Promise<void> {
  const rows = day.slices * ROWS_PER_SLICE;
  const senders = (['traces', 'logs'] as const).map((signal) => startSender(sonde, signal, day, 0));
  const ended = Promise.all(
    senders.map(async (sender) => {
      const [code] = await once(sender, 'exit');
      if (code !== 0) throw new Error(`the sender ended with ${String(code)}`);
    }),
  );
  let isSent = false;
  void ended.then(() => {
    isSent = true;
  });
  let deadline = Number.POSITIVE_INFINITY;
  for (;;) {
    const [spans, logs] = [await countOf(sonde, 'spans'), await countOf(sonde, 'logs')];
    const percent = (100 * (spans + logs)) / (2 * rows);
    console.log(`  ${spans} spans, ${logs} log records stored (${percent.toFixed(0)} %)`);
    if (spans >= rows && logs >= rows) break;
    if (isSent && deadline === Number.POSITIVE_INFINITY) deadline = Date.now() + CATCH_UP_MS;
    if (Date.now() > deadline) throw new Error('rows are missing in the store');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS * (1 + percent / 20)));
  }
  await ended;
}

/** Spans of the same day again, at a rate, until the returned function is called. */
export function underLoad(sonde: Sonde, day: FleetDay, rowsPerSecond: number): () => Promise<void> {
  const sender = startSender(sonde, 'traces', day, rowsPerSecond);
  const ended = once(sender, 'exit');
  return async () => {
    sender.kill('SIGTERM');
    await ended;
  };
}

/** Bytes on disk a row, by table, largest first. */
export async function printDisk(sonde: Sonde): Promise<void> {
  const rows = await sonde.select(`SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes,
      count() AS parts FROM system.parts WHERE active AND database = 'sonde'
    GROUP BY table ORDER BY bytes DESC LIMIT 8`);
  for (const { table, rows: count, bytes, parts } of rows) {
    const perRow = Number(bytes) / Number(count);
    const megabytes = (Number(bytes) / 1e6).toFixed(0);
    console.log(
      `  ${String(table).padEnd(28)} ${String(count).padStart(11)} rows  ${megabytes.padStart(6)} MB` +
        `  ${perRow.toFixed(1).padStart(6)} B a row  ${String(parts)} parts`,
    );
  }
}
