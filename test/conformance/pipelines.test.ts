import { describe, expect, it } from 'vitest';
import { fullestCollectorPath } from '../system/peers.ts';
import { type ConformanceCase, readCases } from './conformance-case.ts';
import { collectorComponents, namedComponents, sondeComponents } from './known-components.ts';
import { knownDifferences } from './known-differences.ts';
import { type Outcome, type Outcomes, runCases } from './run-cases.ts';

const COLLECTOR = fullestCollectorPath();
const CASES = readCases();

/** Why a case cannot be compared here; undefined where it can. */
function obstacle({ yaml }: ConformanceCase): string | undefined {
  const named = namedComponents(yaml);
  const unknownTo = (known: ReadonlySet<string>) => named.find((name) => !known.has(name));
  const ours = unknownTo(SONDE);
  if (ours !== undefined) return `Sonde has no ${ours}`;
  const theirs = COLLECTOR === undefined ? 'binary' : unknownTo(THEIRS);
  return theirs === undefined ? undefined : `this Collector has no ${theirs}`;
}

const SONDE = sondeComponents();
const THEIRS = collectorComponents(COLLECTOR);
const OBSTACLES = new Map(CASES.map((each) => [each.id, obstacle(each)]));
const RUN = CASES.filter(({ id }) => OBSTACLES.get(id) === undefined);

let both: Promise<readonly [Outcomes, Outcomes]> | undefined;

/** Started by the first test that wants it: everything is run once. */
function outcomes(): Promise<readonly [Outcomes, Outcomes]> {
  both ??= Promise.all([runCases(RUN, undefined), runCases(RUN, COLLECTOR)]);
  return both;
}

/** A function of OTTL that is not there yet; the case waits for it. */
const UNDEFINED_FUNCTION = /undefined function "\w+"/;

describe.each([...new Set(CASES.map(({ file }) => file))])('%s, beside the Collector', (file) => {
  for (const each of CASES.filter((one) => one.file === file)) {
    const { id, name, difference } = each;
    const why = OBSTACLES.get(id);
    const title = `${name} (${id})${why === undefined ? '' : `: ${why}`}`;
    it.skipIf(why !== undefined)(title, { timeout: 170_000 }, async (context) => {
      const [sonde, collector] = await outcomes();
      const [ours, theirs] = [sonde.get(id), collector.get(id)];
      expect(theirs).toBeDefined();
      const missing = UNDEFINED_FUNCTION.exec(ours?.refusal ?? '')?.[0];
      if (missing !== undefined && theirs?.refusal === undefined) context.skip(missing);
      if (difference === undefined) {
        expect(comparable(ours, theirs)).toEqual(comparable(theirs, ours));
      } else {
        expect(knownDifferences()).toContain(difference);
        expect(comparable(ours, theirs)).not.toEqual(comparable(theirs, ours));
      }
    });
  }
});

/** How a refusal is worded is compared elsewhere; here it matters that both refuse. */
function comparable(one: Outcome | undefined, other: Outcome | undefined): Outcome | undefined {
  const areBothRefused = one?.refusal !== undefined && other?.refusal !== undefined;
  return areBothRefused ? { answers: [], output: {} } : one;
}
