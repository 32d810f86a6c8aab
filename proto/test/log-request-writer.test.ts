import { describe, expect, it } from 'vitest';
import { decodeRequests, LogRequestWriter, protobufToJson } from '../src/index.ts';

const encoder = new TextEncoder();
const OBSERVED = 1_700_000_000_123_456_789n;

describe('a request of log records written one by one', () => {
  it('has lines under their resource and scope', () => {
    const writer = new LogRequestWriter(16);
    writer.open(new Map([['service.name', 'shop']]), 'files');
    writer.lineFields({
      observedUnixNano: OBSERVED,
      attributes: new Map([['log.file.name', 'a.log']]),
    });
    const bytes = encoder.encode('first\nsecönd');
    writer.line(bytes, 0, 5);
    writer.line(bytes, 6, bytes.length);
    expect(writer.itemCount).toBe(2);
    const record = (stringValue: string): object => ({
      observedTimeUnixNano: String(OBSERVED),
      body: { stringValue },
      attributes: [{ key: 'log.file.name', value: { stringValue: 'a.log' } }],
    });
    expect(JSON.parse(protobufToJson('logs', writer.finish()))).toEqual({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeLogs: [
            { scope: { name: 'files' }, logRecords: [record('first'), record('secönd')] },
          ],
        },
      ],
    });
    expect(writer.itemCount).toBe(0);
  });

  it('has every field and every kind of value', () => {
    const writer = new LogRequestWriter();
    writer.open(new Map());
    writer.record({
      timeUnixNano: 5n,
      observedUnixNano: OBSERVED,
      severityNumber: 17,
      severityText: 'ERROR',
      body: new Map<string, null | readonly (bigint | number | boolean)[] | Uint8Array>([
        ['list', [-3n, 2 ** 60 * 1.5, true]],
        ['none', null],
        ['raw', new Uint8Array([1, 2])],
      ]),
      attributes: new Map([['deep', new Map([['n', 9_007_199_254_740_993n]])]]),
      traceId: new Uint8Array(16).fill(1),
      spanId: new Uint8Array(8).fill(2),
      flags: 1,
    });
    const bytes = writer.finish();
    expect(JSON.parse(protobufToJson('logs', bytes))).toMatchObject({
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: '5',
                  severityNumber: 17,
                  severityText: 'ERROR',
                  body: {
                    kvlistValue: {
                      values: [
                        {
                          key: 'list',
                          value: {
                            arrayValue: {
                              values: [
                                { intValue: '-3' },
                                { doubleValue: 2 ** 60 * 1.5 },
                                { boolValue: true },
                              ],
                            },
                          },
                        },
                        { key: 'none', value: {} },
                        { key: 'raw', value: { bytesValue: 'AQI=' } },
                      ],
                    },
                  },
                  attributes: [
                    {
                      key: 'deep',
                      value: {
                        kvlistValue: {
                          values: [{ key: 'n', value: { intValue: '9007199254740993' } }],
                        },
                      },
                    },
                  ],
                  flags: 1,
                  traceId: '01'.repeat(16),
                  spanId: '02'.repeat(8),
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('keeps groups apart and decodes to as many rows', () => {
    const writer = new LogRequestWriter(8);
    const text = encoder.encode('x'.repeat(300));
    for (const name of ['a', 'b']) {
      writer.open(new Map([['k', name]]));
      writer.lineFields({ observedUnixNano: 1n, attributes: new Map() });
      for (let i = 0; i < 1000; i++) writer.line(text, 0, (i % 299) + 1);
    }
    const itemCount = writer.itemCount;
    const request = { signal: 'logs', bytes: writer.finish(), itemCount } as const;
    const columns = decodeRequests('logs', [{ ...request, tenant: 'default', receivedUnixMs: 0 }]);
    if (columns.signal !== 'logs') throw new Error('no logs');
    expect(columns.count).toBe(2000);
    expect(columns.resources.count).toBe(2);
  });

  it('has no group without records', () => {
    const writer = new LogRequestWriter();
    writer.open(new Map([['k', 'empty']]));
    expect(writer.finish()).toHaveLength(0);
    writer.open(new Map([['k', 'empty']]));
    writer.open(new Map([['k', 'full']]));
    writer.lineFields({ observedUnixNano: 1n, attributes: new Map() });
    writer.line(encoder.encode('x'), 0, 1);
    writer.open(new Map([['k', 'empty']]));
    expect(JSON.parse(protobufToJson('logs', writer.finish()))).toMatchObject({
      resourceLogs: [{ resource: { attributes: [{ value: { stringValue: 'full' } }] } }],
    });
  });
});
