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

interface Line {
  readonly from: number;
  readonly to: number;
  readonly source: string;
}

/** What the processor does with a batch: a pattern, a severity and the variables of each line. */
function readBatch(batch: readonly Line[]): void {
  let variableBytes = 0;
  let severities = 0;
  for (const { from, to, source: key } of batch) {
    const leaf = miner.add(miner.source(key), buffer, from, to);
    severities += miner.severity === 0 ? 0 : 1;
    const { start, end, count } = miner.variables(leaf);
    for (let v = 0; v < count; v++) variableBytes += (end[v] ?? 0) - (start[v] ?? 0);
  }
  seen.variableBytes += variableBytes;
  seen.severities += severities;
}

for (let done = 0; done < LINES; done += BATCH_LINES) {
  const batch: Line[] = [];
  let length = 0;
  for (let i = 0; i < BATCH_LINES; i++) {
    const line = source.write(buffer, length);
    batch.push({ from: length, to: line.to, source: labelled === 'yes' ? line.source : '' });
    length = line.to;
  }
  const before = process.cpuUsage();
  readBatch(batch);
  const paused = process.cpuUsage();
  tendBehindBatch(miner, () => performance.now());
  pauses.push(process.cpuUsage(paused).user / 1000);
  const used = process.cpuUsage(before);
  cpu.mine += used.user + used.system;
  if (done < LINES / 2) cpu.firstHalf = cpu.mine;
  if ((done / BATCH_LINES) % FLOOR_EVERY !== 0) continue;
  const texts = batch.map(({ from, to }) => buffer.toString('utf8', from, to));
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
