import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { logPatternsProcessorFactory as factory } from '../src/index.ts';

const record = z.object({
  severityNumber: z.number().optional(),
  body: z.unknown().optional(),
  attributes: z.array(z.object({ key: z.string(), value: z.unknown() })),
});
const request = z.object({
  resourceLogs: z.array(
    z.object({ scopeLogs: z.array(z.object({ logRecords: z.array(record) })) }),
  ),
});
type Marked = z.infer<typeof record>;

const logs = (bodies: readonly object[], service = 'shop') => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeLogs: [{ logRecords: bodies.map((body) => ({ body })) }],
    },
  ],
});

async function marked(config: string, bodies: readonly object[]): Promise<readonly Marked[]> {
  const graph = await TestGraph.start({ factory, signal: 'logs', config });
  await graph.send(telemetryOf([requestOf('logs', logs(bodies))]));
  await graph.stop();
  return graph.arrived
    .flatMap(jsonOf)
    .flatMap((json) => request.parse(json).resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords);
}

function attribute({ attributes }: Marked | undefined = { attributes: [] }, key: string): unknown {
  return attributes.find((each) => each.key === key)?.value;
}

const text = (stringValue: string) => ({ stringValue });
const ID = 'sonde.log.pattern.id';
const NEWS = 'sonde.log.pattern.news';
/** Attributes as they stand in OTLP's JSON. */
const fact = {
  id: z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  list: z
    .object({ stringValue: z.string() })
    .transform(({ stringValue }) => facts.parse(JSON.parse(stringValue)))
    .optional()
    .transform((list) => list ?? []),
};
const facts = z.array(z.object({ id: z.string(), movedTo: z.string().optional() }));

describe('the processor log_patterns', () => {
  it('gives lines of one statement one id, and another one to others', async () => {
    const [one, two, other] = await marked('{}', [
      text('connection to 10.0.0.1:80 refused after 12 ms'),
      text('connection to 10.0.0.2:81 refused after 7 ms'),
      text('connection to 10.0.0.2:81 timed out after 7 ms'),
    ]);
    expect(attribute(one, ID)).toEqual(attribute(two, ID));
    expect(attribute(one, ID)).not.toEqual(attribute(other, ID));
    expect(attribute(one, ID)).toEqual({ stringValue: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });

  it('writes the values, and the template when asked', async () => {
    const [one] = await marked('{template: true}', [text('node-17 took 12 kB from "bob"')]);
    expect(attribute(one, 'sonde.log.pattern.variables')).toEqual({
      arrayValue: { values: [{ stringValue: 'node-17' }, { stringValue: '12 kB' }] },
    });
    expect(attribute(one, 'sonde.log.pattern.template')).toEqual({
      stringValue: 'node-<*> took <*> kB from "bob"',
    });
    const [bare] = await marked('{variables: false, news: false}', [text('took 12 kB')]);
    expect(bare?.attributes.map(({ key }) => key)).toEqual([ID]);
  });

  it('leaves bodies as they are and fills in the severity that a text says', async () => {
    const body = '{"level":"warn","msg":"slow query 12"}';
    const [one] = await marked('{}', [text(body)]);
    expect(one?.body).toEqual({ stringValue: body });
    expect(one?.severityNumber).toBe(13);
    const [kept] = await marked('{severity: false}', [text(body)]);
    expect(kept?.severityNumber ?? 0).toBe(0);
  });

  it('marks nested, numeric and missing bodies too', async () => {
    const nested = {
      kvlistValue: { values: [{ key: 'msg', value: { stringValue: 'slow query 5' } }] },
    };
    const records = await marked('{}', [nested, { intValue: '5' }, {}, text('slow query 7')]);
    expect(records.map((each) => attribute(each, ID) !== undefined)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(attribute(records[0], ID)).toEqual(attribute(records[3], ID));
  });

  it('tells within the batch what became of lines that came before their header was known', async () => {
    const bodies = Array.from({ length: 200 }, (_, i) =>
      text(
        `2024-11-03 06:00:${10 + (i % 50)},123 INFO [main] ` +
          (i % 2 === 0 ? `opened the file ${i}` : `${i} files are lost`),
      ),
    );
    const records = await marked('{}', bodies);
    const ids = records.map((each) => fact.id.parse(attribute(each, ID)));
    const facts = records.flatMap((each) => fact.list.parse(attribute(each, NEWS)));
    const moved = new Map(facts.map(({ id, movedTo }) => [id, movedTo]));
    const last = new Set(ids.slice(-2));
    expect(last.size).toBe(2);
    for (const id of ids) expect(last).toContain(moved.get(id) ?? id);
    expect(last).not.toContain(ids[0]);
  });
});
