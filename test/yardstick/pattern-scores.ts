import { PatternMiner, renderTemplate, STEPS_A_BATCH } from '@sonde/log-patterns';
import { digitFloor, type Scores, scoreGroups, strictAccuracy } from './grouping-scores.ts';
import type { LogSystem } from './loghub-systems.ts';

/** As often as small batches come. */
const BATCH_LINES = 64;
const SHUFFLES = 3;

interface Found {
  readonly groups: readonly string[];
  readonly templates: readonly string[];
}

/**
 * Groups and templates of lines, read through the aliases after the stream; a source `''` is many
 * that are not labelled.
 */
export function minePatterns(
  lines: readonly string[],
  source: string,
  stepsABatch: number = STEPS_A_BATCH,
): Found {
  const miner = new PatternMiner();
  const leaves = lines.map((line, i) => {
    const bytes = Buffer.from(line);
    if (i % BATCH_LINES === 0) miner.tend(stepsABatch);
    return miner.add(miner.source(source), bytes, 0, bytes.length);
  });
  miner.settle();
  const templates = new Map(
    [...new Set(leaves.map((leaf) => leaf.head))].map((head) => [
      head,
      renderTemplate(head, miner.tokenizer),
    ]),
  );
  return {
    groups: leaves.map((leaf) => leaf.head.id.toString(16)),
    templates: leaves.map((leaf) => templates.get(leaf.head) ?? ''),
  };
}

/** The same order everywhere: a linear congruential generator. */
function shuffled(count: number, seed: number): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    const [x = 0, y = 0] = [order[i], order[j]];
    order[i] = y;
    order[j] = x;
  }
  return order;
}

function pick<T>(list: readonly T[], order: readonly number[]): readonly T[] {
  return order.flatMap((i) => list.slice(i, i + 1));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

interface SystemFigures {
  readonly body: Scores;
  readonly raw: Scores;
  readonly paStrict: number;
  readonly floorBody: Scores;
  readonly floorRaw: Scores;
  /** Body and raw GA of each shuffle. */
  readonly shuffles: readonly (readonly [number, number])[];
}

function measure({ bodies, raw, templates }: LogSystem): SystemFigures {
  const body = minePatterns(bodies, 'a');
  const shuffles = Array.from({ length: SHUFFLES }, (_, i) => {
    const order = shuffled(templates.length, i + 1);
    const truth = pick(templates, order);
    const ga = (lines: readonly string[]): number =>
      scoreGroups(minePatterns(pick(lines, order), 'a').groups, truth).ga;
    return [ga(bodies), ga(raw)] as const;
  });
  return {
    body: scoreGroups(body.groups, templates),
    raw: scoreGroups(minePatterns(raw, 'a').groups, templates),
    paStrict: strictAccuracy(body.templates, templates),
    floorBody: scoreGroups(bodies.map(digitFloor), templates),
    floorRaw: scoreGroups(raw.map(digitFloor), templates),
    shuffles,
  };
}

/** All systems in one stream without labels, a line of each in turn. */
export function mixedGa(
  systems: readonly LogSystem[],
  linesOf: (system: LogSystem) => readonly string[],
  stepsABatch?: number,
): number {
  const longest = Math.max(...systems.map(({ templates }) => templates.length));
  const lines: string[] = [];
  const truth: string[] = [];
  for (let i = 0; i < longest; i++) {
    for (const system of systems) {
      const line = linesOf(system)[i];
      if (line === undefined) continue;
      lines.push(line);
      truth.push(system.templates[i] ?? '');
    }
  }
  return scoreGroups(minePatterns(lines, '', stepsABatch).groups, truth).ga;
}

function spread(figures: readonly SystemFigures[]): number {
  const runs = [
    figures.map(({ body, raw }) => [body.ga, raw.ga] as const),
    ...Array.from({ length: SHUFFLES }, (_, i) =>
      figures.map(({ shuffles }) => shuffles[i] ?? ([Number.NaN, Number.NaN] as const)),
    ),
  ];
  const bodies = runs.map((run) => mean(run.map(([ga]) => ga)));
  const raws = runs.map((run) => mean(run.map(([, ga]) => ga)));
  const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  return Math.max(range(bodies), range(raws));
}

/** Prints a line for each system, and one JSON line last. */
export function reportPatterns(systems: readonly LogSystem[]): void {
  const figures = new Map(systems.map((system) => [system.name, measure(system)]));
  const all = [...figures.values()];
  const of = (read: (figure: SystemFigures) => number): number => rounded(mean(all.map(read)));
  const perSystem = [...figures].map(([name, figure]) => {
    const others = all.filter((other) => other !== figure);
    const line = {
      bodyGa: rounded(figure.body.ga),
      bodyFga: rounded(figure.body.fga),
      bodyPaStrict: rounded(figure.paStrict),
      rawGa: rounded(figure.raw.ga),
      rawFga: rounded(figure.raw.fga),
      floorBodyGa: rounded(figure.floorBody.ga),
      floorRawGa: rounded(figure.floorRaw.ga),
      bodyGaWithout: rounded(mean(others.map(({ body }) => body.ga))),
      bodyFgaWithout: rounded(mean(others.map(({ body }) => body.fga))),
      rawGaWithout: rounded(mean(others.map(({ raw }) => raw.ga))),
    };
    console.log(`${name.padEnd(14)} ${JSON.stringify(line)}`);
    return [name, line] as const;
  });
  console.log(
    JSON.stringify({
      bodyGa: of(({ body }) => body.ga),
      bodyFga: of(({ body }) => body.fga),
      bodyPaStrict: of(({ paStrict }) => paStrict),
      rawGa: of(({ raw }) => raw.ga),
      rawFga: of(({ raw }) => raw.fga),
      mixedBodyGa: rounded(mixedGa(systems, ({ bodies }) => bodies)),
      mixedRawGa: rounded(mixedGa(systems, ({ raw }) => raw)),
      shuffleSpread: rounded(spread(all)),
      floorBodyGa: of(({ floorBody }) => floorBody.ga),
      floorBodyFga: of(({ floorBody }) => floorBody.fga),
      floorRawGa: of(({ floorRaw }) => floorRaw.ga),
      systems: Object.fromEntries(perSystem),
    }),
  );
}
