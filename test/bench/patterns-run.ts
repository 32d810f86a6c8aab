import { PatternMiner, tendBehindBatch } from '@sonde/log-patterns';
import { digitFloor } from '../yardstick/grouping-scores.ts';
import { readSystems } from '../yardstick/loghub-systems.ts';
import { type LabelledLine, madeUpLines, RedrawnLines } from './log-lines.ts';

/** One run of the benchmark in a process of its own: `patterns-run.ts CORPUS NOISE
 * LABELLED LINES FOLDER`. */
const [corpus = 'made-up', noise = '0', labelled = 'yes', lines = '1000000', folder = ''] =
  process.argv.slice(2);
const LINES = Number(lines);
const BATCH_LINES = 4096;
const FLOOR_EVERY = 20;
const CORPUS_LINES = 20_000;

function corpusLines(): readonly LabelledLine[] {
  if (corpus === 'made-up') return [...madeUpLines(7, CORPUS_LINES)];
  return readSystems(folder).flatMap(({ name, raw }) =>
    raw.map((text) => ({ source: name, text })),
  );
}

const miner = new PatternMiner();
const source = new RedrawnLines(corpusLines(), { seed: 7, noise: Number(noise) });
const cpu = { mine: 0, firstHalf: 0, floor: 0, floorLines: 0 };
const pauses: number[] = [];
const buffer = Buffer.alloc(BATCH_LINES * 4096);
const seen = { variableBytes: 0, severities: 0 };

/** The lines of one batch; reused, so that what is measured is the miner. */
const batch = {
  start: new Int32Array(BATCH_LINES),
  end: new Int32Array(BATCH_LINES),
  sources: Array.from({ length: BATCH_LINES }, () => ''),
};

/** What the processor does with a batch: a pattern, a severity and the variables of each line. */
function readBatch(): void {
  let variableBytes = 0;
  let severities = 0;
  for (let i = 0; i < BATCH_LINES; i++) {
    const own = miner.source(batch.sources[i] ?? '');
    const leaf = miner.add(own, buffer, batch.start[i] ?? 0, batch.end[i] ?? 0);
    severities += miner.severity === 0 ? 0 : 1;
    const { start, end, count } = miner.variables(leaf);
    for (let v = 0; v < count; v++) variableBytes += (end[v] ?? 0) - (start[v] ?? 0);
  }
  seen.variableBytes += variableBytes;
  seen.severities += severities;
}

/**
 * Milliseconds that grouping held the batch up: the smaller of the clock's and of all the process's
 * CPU. The first counts other programs in, the second threads that hold nothing up.
 */
function pauseOf(work: () => void): number {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  work();
  const clockMs = performance.now() - before;
  const { user, system } = process.cpuUsage(cpuBefore);
  return Math.min(clockMs, (user + system) / 1000);
}

for (let done = 0; done < LINES; done += BATCH_LINES) {
  let length = 0;
  for (let i = 0; i < BATCH_LINES; i++) {
    batch.start[i] = length;
    length = source.write(buffer, length);
    batch.end[i] = length;
    batch.sources[i] = labelled === 'yes' ? source.source : '';
  }
  const before = process.cpuUsage();
  readBatch();
  pauses.push(pauseOf(() => tendBehindBatch(miner, () => performance.now())));
  const used = process.cpuUsage(before);
  cpu.mine += used.user + used.system;
  if (done < LINES / 2) cpu.firstHalf = cpu.mine;
  if ((done / BATCH_LINES) % FLOOR_EVERY !== 0) continue;
  const texts = Array.from(batch.start, (from, i) => buffer.toString('utf8', from, batch.end[i]));
  const floorBefore = process.cpuUsage();
  const floor = new Map<string, number>();
  for (const text of texts) {
    const masked = digitFloor(text);
    floor.set(masked, (floor.get(masked) ?? 0) + 1);
  }
  const floorUsed = process.cpuUsage(floorBefore);
  cpu.floor += floorUsed.user + floorUsed.system;
  cpu.floorLines += BATCH_LINES;
}
miner.settle();
const patterns = new Set<bigint>();
for (const own of miner.allSources())
  for (const leaf of own.liveLeaves()) patterns.add(leaf.head.id);
pauses.sort((x, y) => x - y);
console.log(
  JSON.stringify({
    linesPerCpuSecond: Math.round(LINES / (cpu.mine / 1e6)),
    warmLinesPerCpuSecond: Math.round(LINES / 2 / ((cpu.mine - cpu.firstHalf) / 1e6)),
    secondHalfRatio: Number(((cpu.mine - cpu.firstHalf) / cpu.firstHalf).toFixed(2)),
    floorLinesPerCpuSecond: Math.round(cpu.floorLines / (cpu.floor / 1e6)),
    rssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    patterns: patterns.size,
    leaves: miner.leaves,
    overflown: miner.overflown,
    evicted: miner.evicted,
    collisions: miner.collisions,
    tendMsMax: Number((pauses.at(-1) ?? 0).toFixed(2)),
    tendMsP99: Number((pauses[Math.floor(pauses.length * 0.99)] ?? 0).toFixed(2)),
    ...seen,
  }),
);
