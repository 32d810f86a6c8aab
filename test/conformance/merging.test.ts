import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDuration } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fullestCollectorPath } from '../system/peers.ts';
import { collectorComponents } from './known-components.ts';
import { printConfig } from './print-config.ts';

const COLLECTOR = fullestCollectorPath();
/** The small one has no receiver that does nothing. */
const HAS_NOP = collectorComponents(COLLECTOR).has('receivers nop');

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

/** Both print defaults: of one's configuration, what the other's has, too. */
function within(one: unknown, other: unknown): unknown {
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return written(one);
  if (typeof other !== 'object' || other === null)
    return Object.keys(one).length === 0 ? null : one;
  const shared = Object.entries(one).filter(([key]) => key in other);
  if (shared.length === 0) return null;
  return Object.fromEntries(
    shared.map(([key, value]) => [key, within(value, Reflect.get(other, key))]),
  );
}

/** In JSON the Collector has durations in nanoseconds, and null for what is empty. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value;
  const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
  return parsed?.ok === true ? parsed.ms * 1e6 : value;
}

/** Merging is of components and pipelines; own telemetry has defaults of its own. */
function withoutTelemetry(config: unknown): unknown {
  const { service, ...rest } = Object(config);
  const { telemetry: _, ...kept } = Object(service);
  return { ...rest, service: kept };
}

describe.skipIf(!HAS_NOP)('sources that are merged, beside the Collector', () => {
  it.each(CASES)('$name', async ({ sources, sets, gates }) => {
    const configs = [BASE, ...sources.map((source) => `yaml:${source}`)];
    const [ours, theirs] = await Promise.all([
      printConfig(undefined, { configs, sets, gates }),
      printConfig(COLLECTOR, { configs, sets, gates }),
    ]);
    const [mine, upstream] = [withoutTelemetry(ours), withoutTelemetry(theirs)];
    expect(within(mine, upstream)).toEqual(within(upstream, mine));
    const ids = (config: unknown) => Object.keys(Object(Reflect.get(Object(config), 'processors')));
    expect(ids(ours).sort()).toEqual(ids(theirs).sort());
  });
});
