import { describe, expect, it } from 'vitest';
import { digitFloor, scoreGroups } from './grouping-scores.ts';
import { madeUpSystems } from './made-up-systems.ts';
import { minePatterns, mixedGa } from './pattern-scores.ts';

/** Twice: statements that one run happens to draw seldom are other ones in the next. */
const SEEDS = [1, 2];
const LINES = 1200;
/** Of grouping behind 64 lines: a sixth of what the processor does. */
const FEW_STEPS = 32;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(SEEDS)('patterns of made-up systems, seed %i', (seed) => {
  const systems = madeUpSystems(seed, LINES);
  const scores = (linesOf: (system: (typeof systems)[number]) => readonly string[]) =>
    systems.map((system) =>
      scoreGroups(minePatterns(linesOf(system), 'a').groups, system.templates),
    );

  it('are the statements that messages were made from', () => {
    const found = scores(({ bodies }) => bodies);
    expect(mean(found.map(({ ga }) => ga))).toBeGreaterThan(0.95);
    expect(mean(found.map(({ fga }) => fga))).toBeGreaterThan(0.92);
    const floor = systems.map(({ bodies, templates }) =>
      scoreGroups(bodies.map(digitFloor), templates),
    );
    expect(mean(floor.map(({ ga }) => ga))).toBeLessThan(0.7);
  });

  it('are the same statements of whole lines, behind headers of every kind', () => {
    const found = scores(({ raw }) => raw);
    expect(mean(found.map(({ ga }) => ga))).toBeGreaterThan(0.94);
    expect(mean(found.map(({ fga }) => fga))).toBeGreaterThan(0.9);
  });

  it('are the same statements where all systems are one stream, whenever grouping has its turn', () => {
    const mixed = (steps?: number): number => mixedGa(systems, ({ raw }) => raw, steps);
    const often = mixed();
    expect(often).toBeGreaterThan(0.94);
    expect(mixedGa(systems, ({ bodies }) => bodies)).toBeGreaterThan(0.94);
    expect(mixed(FEW_STEPS)).toBeCloseTo(often, 2);
    expect(mixed(Number.POSITIVE_INFINITY)).toBeCloseTo(often, 2);
  }, 60_000);
});

describe('made-up lines', () => {
  it('are the same for the same seed, of thirty kinds at least, and of templates that are told apart', () => {
    const [one, again, other] = [
      madeUpSystems(1, 100),
      madeUpSystems(1, 100),
      madeUpSystems(2, 100),
    ];
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    expect(one.length).toBeGreaterThanOrEqual(30);
    const left = one
      .flatMap(({ raw }) => raw)
      .filter((line) => /\{(message|[Ll]evel|json)\}/.test(line));
    expect(left).toEqual([]);
  });
});
