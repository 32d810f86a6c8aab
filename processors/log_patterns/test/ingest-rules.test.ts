import { DEFAULT_SETTINGS, LogPatternSettingSchema, StaticSettingsSource } from '@sonde/pipeline';
import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { logPatternsProcessorFactory as factory } from '../src/index.ts';

const record = z.object({
  body: z.object({ stringValue: z.string() }),
  attributes: z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })),
});
const request = z.object({
  resourceLogs: z.array(
    z.object({ scopeLogs: z.array(z.object({ logRecords: z.array(record) })) }),
  ),
});
type Marked = z.infer<typeof record>;

interface Line {
  readonly body: string;
  readonly severity?: number;
}

const logs = (lines: readonly Line[]) => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeLogs: [
        {
          logRecords: lines.map(({ body, severity = 9 }, i) => ({
            timeUnixNano: `${1_790_000_000_000_000_000n + BigInt(i)}`,
            severityNumber: severity,
            body: { stringValue: body },
          })),
        },
      ],
    },
  ],
});

async function stored(
  lines: readonly Line[],
  ...rules: readonly Readonly<Record<string, unknown>>[]
): Promise<readonly Marked[]> {
  const logPatterns = rules.map((rule) =>
    LogPatternSettingSchema.parse({ tenant: 'default', service: 'shop', ...rule }),
  );
  const settings = new StaticSettingsSource({ ...DEFAULT_SETTINGS, version: 1, logPatterns });
  const graph = await TestGraph.start({ factory, signal: 'logs', config: '{}', settings });
  await graph.send(telemetryOf([requestOf('logs', logs(lines))]));
  await graph.stop();
  return graph.arrived
    .flatMap(jsonOf)
    .flatMap((json) => request.parse(json).resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords);
}

const attributeOf = ({ attributes }: Marked, key: string): Readonly<Record<string, unknown>> =>
  attributes.find((each) => each.key === key)?.value ?? {};

async function idOf(body: string): Promise<string> {
  const [line] = await stored([{ body }]);
  if (line === undefined) throw new Error('nothing was stored');
  return String(attributeOf(line, 'sonde.log.pattern.id')['stringValue']);
}

const noise = (i: number) => ({ body: `heartbeat ${i} of the worker` });

describe('a rule of people about a pattern', () => {
  it('drops its lines, and no other', async () => {
    const id = await idOf('heartbeat 1 of the worker');
    const lines = [noise(1), { body: 'something else' }, noise(2)];
    const left = await stored(lines, { id, keepOneIn: 0 });
    expect(left.map(({ body }) => body.stringValue)).toEqual(['something else']);
  });

  it('never drops errors unless they are named', async () => {
    const id = await idOf('heartbeat 1 of the worker');
    const lines = [{ ...noise(1), severity: 17 }, noise(2)];
    expect(await stored(lines, { id, keepOneIn: 0 })).toHaveLength(1);
    expect(await stored(lines, { id, keepOneIn: 0, alsoErrors: true })).toHaveLength(0);
  });

  it('holds for what people merged into the pattern', async () => {
    const id = await idOf('heartbeat 1 of the worker');
    const pulse = { body: 'pulse seen' };
    const merged = { id: await idOf(pulse.body), mergedInto: id };
    const left = await stored([noise(1), pulse, { body: 'else' }], { id, keepOneIn: 0 }, merged);
    expect(left.map(({ body }) => body.stringValue)).toEqual(['else']);
  });

  it('keeps one line in so many, the same ones again, with its weight', async () => {
    const id = await idOf('heartbeat 1 of the worker');
    const lines = Array.from({ length: 2000 }, (_, i) => noise(i));
    const rule = { id: '1'.repeat(16), leaves: [id], keepOneIn: 10 };
    const kept = await stored(lines, rule);
    expect(kept.length).toBeGreaterThan(140);
    expect(kept.length).toBeLessThan(260);
    expect(kept.map((line) => attributeOf(line, 'sonde.log.sampling.weight'))).toEqual(
      kept.map(() => ({ doubleValue: 10 })),
    );
    const again = await stored(lines, rule);
    expect(again.map(({ body }) => body)).toEqual(kept.map(({ body }) => body));
  });

  it('tells of an id on the first line that is stored, not on one that is dropped', async () => {
    const id = await idOf('heartbeat 1 of the worker');
    const left = await stored([noise(1), { body: 'kept' }], { id, keepOneIn: 0 });
    const news = left.map((line) => attributeOf(line, 'sonde.log.pattern.news')['stringValue']);
    expect(String(news[0])).toContain(id);
    expect(String(news[0])).toContain('kept');
  });
});
