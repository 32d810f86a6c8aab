import { readdirSync, readFileSync } from 'node:fs';
import { Sonde } from '../system/sonde.ts';

/** The bar of the design: all processes together, own telemetry on. */
const PSS_MB_BAR = 900;
const SETTLE_MS = 90_000;
const WATCH_MS = 30_000;
const CLOCK_TICKS = 100;

/** Prints memory (PSS) and CPU of every process of an idle Sonde, and how long a second start takes. */
async function main(): Promise<void> {
  const sonde = new Sonde();
  try {
    await sonde.up();
    await sonde.stop();
    const began = performance.now();
    await sonde.up();
    const secondStartMs = performance.now() - began;
    console.log(`second start: ${(secondStartMs / 1000).toFixed(2)} s (bar: under 5 s)`);
    console.log(`settling for ${SETTLE_MS / 1000} s, then watching for ${WATCH_MS / 1000} s ...`);
    await delay(SETTLE_MS);
    const before = snapshot(sonde);
    await delay(WATCH_MS);
    report(before, snapshot(sonde));
  } finally {
    await sonde.remove();
  }
}

interface Usage {
  readonly name: string;
  readonly pssBytes: number;
  readonly cpuSeconds: number;
}

function snapshot(sonde: Sonde): readonly Usage[] {
  const { pid, processes } = sonde.addresses;
  const named: readonly (readonly [string, number])[] = [
    ['supervisor', pid],
    ...Object.entries(processes),
  ];
  return named.flatMap(([name, parent]) =>
    withChildren(parent).map((id) => ({
      name,
      pssBytes: pssOf(id),
      cpuSeconds: cpuOf(id),
    })),
  );
}

/** The process and what it started itself (the supervisor's children are named on their own). */
function withChildren(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((id) => parentOf(id) === pid);
  return parentOf(pid) === process.pid ? [pid] : [pid, ...children];
}

function parentOf(pid: number): number {
  try {
    return Number(statFields(pid)[1]);
  } catch {
    return 0; // Gone since the folder was listed.
  }
}

/** Fields of /proc/<pid>/stat after the command, state first (proc(5), field 3). */
function statFields(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function pssOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}

function cpuOf(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

function report(before: readonly Usage[], after: readonly Usage[]): void {
  let total = 0;
  after.forEach((usage, index) => {
    const cpu = (100 * (usage.cpuSeconds - (before[index]?.cpuSeconds ?? 0))) / (WATCH_MS / 1000);
    total += usage.pssBytes;
    console.log(
      `${usage.name.padEnd(12)} ${megabytes(usage.pssBytes)} MB PSS  ${cpu.toFixed(1)} % of a core`,
    );
  });
  console.log(`${'together'.padEnd(12)} ${megabytes(total)} MB PSS (bar: ${PSS_MB_BAR} MB)`);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0).padStart(5);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

await main();
