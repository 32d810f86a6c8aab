import {
  type Columns,
  decodeRequests,
  encodeSegments,
  jsonToProtobuf,
  protobufToJson,
  type Signal,
  scanRequest,
  WireRewriter,
  WireUnsupportedError,
} from '@sonde/proto';
import { expect } from 'vitest';
import type { Cursor } from '../src/compile/getter.ts';
import type { ClientView } from '../src/contexts/cursors.ts';
import type { WithCache } from '../src/contexts/entries.ts';
import { ErrorPolicy } from '../src/program/error-policy.ts';
import type { OttlContext } from '../src/program/ottl-context.ts';
import {
  type WireProgram,
  wireDrop,
  wireStatements,
  wireVisits,
} from '../src/wire/wire-program.ts';

/** Columns of one request in OTLP/JSON. */
export function columnsOf(signal: Signal, json: object): Columns {
  const bytes = jsonToProtobuf(signal, JSON.stringify(json));
  const itemCount = scanRequest(signal, bytes);
  return decodeRequests(signal, [{ signal, bytes, itemCount, tenant: 'a', receivedUnixMs: 1 }]);
}

/** The columns' requests in OTLP/JSON. */
export function jsonOf(columns: Columns): unknown {
  return encodeSegments(columns).map(({ signal, bytes }): unknown =>
    JSON.parse(protobufToJson(signal, bytes)),
  );
}

export const PROPAGATE: ErrorPolicy = new ErrorPolicy({ mode: 'propagate', warn: () => {} });

/** What statements of a context make of columns. */
export function apply<C extends Cursor & WithCache>(
  context: OttlContext<C>,
  columns: Columns,
  statements: readonly string[],
  client?: ClientView,
): Columns {
  const changed = context.program({ statements }, PROPAGATE)(columns, client);
  const wire = wireStatements(context.name, { statements }, PROPAGATE);
  if (wire !== undefined && !statements.some(isRandom)) {
    const rewritten = onWire(columns, wire, client);
    if (rewritten !== undefined) expect(jsonOf(rewritten)).toEqual(jsonOf(changed));
  }
  return changed;
}

/** What a statement makes of the bytes of requests, failures passed over; undefined for columns. */
export function editedOnWire(
  context: string,
  columns: Columns,
  statement: string,
): Columns | undefined {
  const errors = new ErrorPolicy({ mode: 'silent', warn: () => {} });
  const wire = wireStatements(context, { statements: [statement] }, errors);
  return wire && onWire(columns, wire, undefined);
}

/** Another value with every call. */
export function isRandom(statement: string): boolean {
  return /UUID|Now\(/.test(statement);
}

/** What the same texts make of the bytes of requests; undefined for what turns out to take columns. */
function onWire(
  columns: Columns,
  wire: WireProgram,
  client: ClientView | undefined,
): Columns | undefined {
  const { signal } = columns;
  const requests = encodeSegments(columns);
  try {
    const visits = wireVisits([wire], client);
    return decodeRequests(signal, new WireRewriter(signal).rewrite(requests, visits));
  } catch (error) {
    if (!(error instanceof WireUnsupportedError)) throw error;
    expect(error.isProgram).toBe(true);
    return undefined;
  }
}

/** How many rows of a context a condition holds for. */
export function countHolding<C extends Cursor & WithCache>(
  context: OttlContext<C>,
  columns: Columns,
  condition: string,
  client?: ClientView,
): number {
  const { test } = context.condition(condition);
  let count = 0;
  context.pass(columns, client, (cursor) => {
    if (test(cursor)) count += 1;
  });
  const wire = wireDrop(context.name, [condition], PROPAGATE);
  const isRows = context.name === 'span' || context.name === 'log';
  if (wire !== undefined && isRows) {
    expect(columns.count - (onWire(columns, wire, client)?.count ?? 0)).toBe(count);
  }
  return count;
}

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

/** A request with a span that has something in every field, and a bare one. */
export const TRACES: object = {
  resourceSpans: [
    {
      resource: {
        attributes: [text('service.name', 'shop'), text('env', 'prod')],
        droppedAttributesCount: 1,
      },
      schemaUrl: 'https://r',
      scopeSpans: [
        {
          scope: {
            name: 'lib',
            version: '1',
            attributes: [text('s', 'v')],
            droppedAttributesCount: 2,
          },
          schemaUrl: 'https://s',
          spans: [
            {
              traceId: '0102030405060708090a0b0c0d0e0f10',
              spanId: '0102030405060708',
              parentSpanId: '1112131415161718',
              traceState: 'a=1,b=2',
              name: 'GET /a',
              kind: 2,
              flags: 1,
              startTimeUnixNano: '1500000000000000001',
              endTimeUnixNano: '1500000001000000001',
              attributes: [
                text('http.method', 'GET'),
                { key: 'code', value: { intValue: '200' } },
                { key: 'ratio', value: { doubleValue: 0.5 } },
                { key: 'ok', value: { boolValue: true } },
                { key: 'raw', value: { bytesValue: 'AAE=' } },
                {
                  key: 'map',
                  value: {
                    kvlistValue: {
                      values: [
                        text('a', 'x'),
                        { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }] } } },
                      ],
                    },
                  },
                },
              ],
              droppedAttributesCount: 3,
              droppedEventsCount: 4,
              droppedLinksCount: 5,
              events: [
                {
                  name: 'e1',
                  timeUnixNano: '7',
                  attributes: [text('k', 'v')],
                  droppedAttributesCount: 6,
                },
                { name: 'e2', timeUnixNano: '8' },
              ],
              links: [{ traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '0102030405060708' }],
              status: { code: 2, message: 'bad' },
            },
            { name: 'bare' },
          ],
        },
      ],
    },
  ],
};

/** A request with a record that has something in every field, and a bare one. */
export const LOG_RECORDS: object = {
  resourceLogs: [
    {
      resource: { attributes: [text('service.name', 'shop')] },
      scopeLogs: [
        {
          scope: { name: 'lib' },
          logRecords: [
            {
              timeUnixNano: '1500000000000000001',
              observedTimeUnixNano: '1500000000000000002',
              severityNumber: 13,
              severityText: 'WARN',
              eventName: 'ev',
              traceId: '0102030405060708090a0b0c0d0e0f10',
              spanId: '0102030405060708',
              flags: 1,
              droppedAttributesCount: 2,
              attributes: [text('k', 'v'), text('password', 'hunter2')],
              body: { stringValue: 'user 42 failed' },
            },
            {
              body: {
                kvlistValue: {
                  values: [
                    text('msg', 'hi'),
                    { key: 'n', value: { kvlistValue: { values: [text('x', 'y')] } } },
                  ],
                },
              },
            },
          ],
        },
      ],
    },
  ],
};

/** A request with a metric of every kind. */
export const METRIC_KINDS: object = {
  resourceMetrics: [
    {
      resource: { attributes: [text('service.name', 'shop')] },
      scopeMetrics: [
        {
          scope: { name: 'lib' },
          metrics: [
            {
              name: 'g',
              description: 'd',
              unit: 'By',
              metadata: [text('m', 'n')],
              gauge: {
                dataPoints: [
                  { asDouble: 1.5, timeUnixNano: '5', attributes: [text('k', 'v')] },
                  { asInt: '7', timeUnixNano: '6', flags: 1 },
                ],
              },
            },
            {
              name: 's',
              sum: {
                aggregationTemporality: 2,
                isMonotonic: true,
                dataPoints: [{ asInt: '9', startTimeUnixNano: '1', timeUnixNano: '5' }],
              },
            },
            {
              name: 'h',
              histogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  {
                    count: '3',
                    sum: 6,
                    bucketCounts: ['1', '2'],
                    explicitBounds: [2],
                    timeUnixNano: '5',
                    exemplars: [{ asInt: '1', timeUnixNano: '5' }],
                  },
                ],
              },
            },
            {
              name: 'x',
              exponentialHistogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  {
                    count: '4',
                    sum: 8,
                    scale: 1,
                    zeroCount: '1',
                    positive: { offset: 2, bucketCounts: ['1', '1'] },
                    negative: { offset: -2, bucketCounts: ['1'] },
                    timeUnixNano: '5',
                  },
                ],
              },
            },
            {
              name: 'q',
              summary: {
                dataPoints: [
                  {
                    count: '2',
                    sum: 5,
                    quantileValues: [{ quantile: 0.5, value: 2 }],
                    timeUnixNano: '5',
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  ],
};
