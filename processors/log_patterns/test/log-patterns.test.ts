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
});
