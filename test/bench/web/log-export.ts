import { readFileSync } from 'node:fs';
import type { Sonde } from '../../system/sonde.ts';

/** How a download of log records went. */
export interface LogExport {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  /** CPU of the process that serves the API, seconds. */
  readonly cpuSeconds: number;
  /** Its resident memory before, and the most within each quarter of the rows. */
  readonly memoryMb: readonly number[];
}

const LINE_FEED = 10;
const QUARTERS = 4;
/** Memory is looked at so often: reading it costs more than a part of the file. */
const PARTS_A_LOOK = 16;
const TICKS_PER_SECOND = 100;
const KB_PER_MB = 1000;

/** Downloads all records of a service as lines of JSON and throws them away. */
export async function exportLogs(
  sonde: Sonde,
  of: { readonly service: string; readonly range: string; readonly rows: number },
): Promise<LogExport> {
  const pid = sonde.addresses.processes['serve'] ?? 0;
  const query = `format=ndjson&q=${encodeURIComponent(`service:${of.service}`)}&${of.range}`;
  const memoryMb = [residentMb(pid), ...Array.from({ length: QUARTERS }, () => 0)];
  const cpuBefore = cpuSeconds(pid);
  const began = performance.now();
  const response = await fetch(`${sonde.addresses.page}/api/v1/logs/export?${query}`);
  if (!response.ok || response.body === null) throw new Error(`export: ${response.status}`);
  let [rows, bytes, parts] = [0, 0, 0];
  for await (const part of response.body) {
    bytes += part.length;
    for (let at = part.indexOf(LINE_FEED); at >= 0; at = part.indexOf(LINE_FEED, at + 1)) rows++;
    if (parts++ % PARTS_A_LOOK > 0) continue;
    const quarter = 1 + Math.min(QUARTERS - 1, Math.floor((rows * QUARTERS) / of.rows));
    memoryMb[quarter] = Math.max(memoryMb[quarter] ?? 0, residentMb(pid));
  }
  if (rows !== of.rows) throw new Error(`the file has ${rows} of ${of.rows} records`);
  const seconds = (performance.now() - began) / 1000;
  return { rows, bytes, seconds, cpuSeconds: cpuSeconds(pid) - cpuBefore, memoryMb };
}

function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / KB_PER_MB;
}

/** User and system time: fields 14 and 15 of `stat`, counted behind the name. */
function cpuSeconds(pid: number): number {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
