import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fullestCollectorPath } from '../system/peers.ts';
import { collectorComponents } from './known-components.ts';
import { knownDifferences } from './known-differences.ts';
import { type Configuration, collectorRefusal, sondeRefusal } from './refusal.ts';

const COLLECTOR = fullestCollectorPath();
const isFull = collectorComponents(COLLECTOR).has('receivers nop');

/** What a case has over; it works. */
const WORKING = `
receivers: {otlp: {protocols: {http: }}}
exporters: {nop: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}
`;

const CASES = z
  .array(
    z.strictObject({
      name: z.string(),
      config: z.string().default(WORKING),
      set: z.array(z.string()).default([]),
      gates: z.string().optional(),
      difference: z.string().optional(),
    }),
  )
  .parse(parse(readFileSync(join(import.meta.dirname, 'refusals.yaml'), 'utf8')));

type Refusal = (typeof CASES)[number];

function configurationOf({ config, set, gates }: Refusal): Configuration {
  return {
    configs: [`yaml:${config}`],
    sets: set,
    gates,
    env: { CONFORMANCE_MAP: '{a: 1}' },
  };
}

/** Where in the reading it was found, in the words of both. */
const PREFIXES: readonly RegExp[] = [
  /^Error: /,
  /^failed to (get config|build pipelines|build extensions): ?/,
  /^cannot (unmarshal|resolve) the configuration: /,
  /^invalid configuration: /,
  /^decoding failed due to the following error\(s\):/,
  /^error decoding '\w+': /,
  /^'[^']*' /,
  /^error reading configuration for "[^"]*": /,
  /^failed to create "[^"]*" \w+(, in pipeline "[^"]*"| for data type "[^"]*"): /,
  /^batch: /,
  /^\w+::[^:\s]+(::[\w/[\]]+)*: /,
];

/**
 * What is wrong, of the first thing that is: without where in the reading it was found, and without
 * lists of what would be right, which are those of each build.
 */
function essence(refusal: string | undefined): string | undefined {
  let text = refusal?.trim();
  for (let before = ''; text !== undefined && before !== text; ) {
    before = text;
    for (const prefix of PREFIXES) text = text.replace(prefix, '').trim();
  }
  return (
    text
      ?.split('\n')[0]
      ?.replace(/\(valid values: .*/, '')
      .replace(/valid gates: .*/, '')
      // A map's keys come in another order every time in Go.
      .replace(/\[("[a-z]+" )+"[a-z]+"\]/, (list) => list.slice(1, -1).split(' ').sort().join(' '))
      // Go has integers of many sizes.
      .replace(/'u?int[0-9]+'/, "'int'")
      .trim()
  );
}

const told = new Map<string, readonly [string | undefined, string | undefined]>();

describe.skipIf(COLLECTOR === undefined)('a configuration that the Collector refuses', () => {
  beforeAll(async () => {
    for (const each of CASES) {
      const configuration = configurationOf(each);
      const theirs = await collectorRefusal(COLLECTOR ?? '', configuration);
      told.set(each.name, [await sondeRefusal(configuration), theirs]);
    }
  });

  it.for(CASES)('$name', ({ name, difference }, { skip }) => {
    const [ours, theirs] = told.get(name) ?? [];
    expect(theirs).toBeDefined();
    skip(
      !isFull && theirs?.includes('unknown type: ') === true,
      'the small Collector lacks a part',
    );
    expect(ours).toBeDefined();
    if (difference === undefined) {
      expect(essence(ours)).toBe(essence(theirs));
    } else {
      expect(knownDifferences()).toContain(difference);
      expect(essence(ours)).not.toBe(essence(theirs));
    }
  });
});
