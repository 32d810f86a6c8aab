import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fullestCollectorPath } from '../system/peers.ts';
import { printConfig } from './print-config.ts';

const COLLECTOR = fullestCollectorPath();

/** Before what a case adds. */
const BASE =
  'yaml:{receivers: {nop: }, exporters: {nop: }, service: {pipelines: {traces: {receivers: [nop], ' +
  'exporters: [nop]}}}}';

const CASES = z
  .array(
    z.strictObject({
      name: z.string(),
      sources: z.array(z.string()),
      sets: z.array(z.string()).default([]),
      gates: z.string().optional(),
    }),
  )
  .parse(parse(readFileSync(join(import.meta.dirname, 'merging.yaml'), 'utf8')));

/** The Collector prints defaults too: of its configuration, what ours has. */
function within(theirs: unknown, ours: unknown): unknown {
  if (typeof ours !== 'object' || Array.isArray(ours)) return theirs;
  if (ours === null) return null;
  return Object.fromEntries(
    Object.entries(ours).map(([key, value]) => [
      key,
      within(Reflect.get(Object(theirs), key), value),
    ]),
  );
}

describe.skipIf(COLLECTOR === undefined)('sources that are merged, beside the Collector', () => {
  it.each(CASES)('$name', async ({ sources, sets, gates }) => {
    const configs = [BASE, ...sources.map((source) => `yaml:${source}`)];
    const [ours, theirs] = await Promise.all([
      printConfig(undefined, { configs, sets, gates }),
      printConfig(COLLECTOR, { configs, sets, gates }),
    ]);
    expect(ours).toEqual(within(theirs, ours));
    const ids = (config: unknown) => Object.keys(Object(Reflect.get(Object(config), 'processors')));
    expect(ids(ours).sort()).toEqual(ids(theirs).sort());
  });
});
