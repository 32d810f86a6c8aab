import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ConverterCase, readCases, run } from './converter-cases.ts';

const FAMILIES = readdirSync(new URL('testdata/converters/', import.meta.url)).map((name) =>
  name.replace(/\.json$/, ''),
);

/** The answer that is wanted: the Collector's, or ours where a case says why it differs. */
function wanted({ s: _, ours, ...collector }: ConverterCase): Partial<ConverterCase> {
  if (ours === undefined) return collector;
  const { because: __, ...answer } = ours;
  return answer;
}

for (const family of FAMILIES) {
  describe(`Converters: ${family}`, () => {
    it.each(readCases(family).map((one) => [one.s, one] as const))('%s', (statement, one) => {
      expect(run(statement)).toEqual(wanted(one));
    });
  });
}
