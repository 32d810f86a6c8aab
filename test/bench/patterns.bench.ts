import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { z } from 'zod';

/**
 * Log patterns of a million mixed raw lines, header, level and variables included, in processes of
 * their own, bundled as the product is; beside it one regular expression that masks digits.
 */
const ROUNDS = 3;
const BAR_LINES = 300_000;
const BAR_MB = 150;
const BAR_PAUSE_MS = 5;
const LOGHUB = join(import.meta.dirname, '../../../shared/data/loghub-2k');

const run = promisify(execFile);
const figures = z.object({
  linesPerCpuSecond: z.number(),
  warmLinesPerCpuSecond: z.number(),
  secondHalfRatio: z.number(),
  floorLinesPerCpuSecond: z.number(),
  rssMb: z.number(),
  patterns: z.number(),
  leaves: z.number(),
  overflown: z.number(),
  evicted: z.number(),
  tendMsMax: z.number(),
  tendMsP99: z.number(),
});
type Figures = z.infer<typeof figures>;

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['made-up lines', ['made-up', '0', 'yes']],
  ['made-up lines, 5 % of random words', ['made-up', '0.05', 'yes']],
  ['random words alone, a million patterns', ['made-up', '1', 'yes']],
  ...(existsSync(LOGHUB)
    ? ([
        ['outside lines', ['loghub', '0', 'yes', '1000000', LOGHUB]],
        ['outside lines, 5 % of random words', ['loghub', '0.05', 'yes', '1000000', LOGHUB]],
        ['outside lines, not labelled', ['loghub', '0', 'no', '1000000', LOGHUB]],
      ] as const)
    : []),
];

function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function verdict(isKept: boolean): string {
  return isKept ? 'kept' : 'MISSED';
}

function print(name: string, runs: readonly Figures[]): void {
  const of = (read: (run: Figures) => number): number => median(runs.map(read));
  const lines = of((run) => run.linesPerCpuSecond);
  const floor = of((run) => run.floorLinesPerCpuSecond);
  const rss = of((run) => run.rssMb);
  const pause = of((run) => run.tendMsMax);
  console.log(
    `${name}: ${lines} lines per CPU-s (bar ${BAR_LINES}: ${verdict(lines >= BAR_LINES)}), ` +
      `digit regex ${floor} (ratio ${(lines / floor).toFixed(2)}); ` +
      `${rss} MB (bar ${BAR_MB}: ${verdict(rss < BAR_MB)}); ` +
      `second half / first half of the time ${of((run) => run.secondHalfRatio)} ` +
      `(${of((run) => run.warmLinesPerCpuSecond)} lines per CPU-s in it); ` +
      `grouping at most ${pause} ms CPU a batch (bar ${BAR_PAUSE_MS}: ${verdict(pause <= BAR_PAUSE_MS)}), ` +
      `p99 ${of((run) => run.tendMsP99)} ms; ${of((run) => run.patterns)} patterns, ` +
      `${of((run) => run.leaves)} leaves, ${of((run) => run.overflown)} lines without one, ` +
      `${of((run) => run.evicted)} evicted`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'sonde-patterns-'));
try {
  const program = join(folder, 'patterns-run.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'patterns-run.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
  console.log(`medians of ${ROUNDS}; load ${loadavg()[0]?.toFixed(1)}`);
  const runs = new Map<string, Figures[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of CASES) {
      const { stdout } = await run(process.execPath, [program, ...args]);
      runs.set(name, [...(runs.get(name) ?? []), figures.parse(JSON.parse(stdout))]);
    }
  }
  for (const [name, list] of runs) print(name, list);
  if (!existsSync(LOGHUB)) console.log('No outside lines here: 3 cases skipped.');
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
} finally {
  await rm(folder, { recursive: true });
}
