import type { Columns } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { hintsOf } from '../../src/grammar/hints.ts';
import { ErrorPolicy } from '../../src/program/error-policy.ts';
import { DATAPOINTS, LOGS, METRICS, SPANS } from '../../src/program/ottl-context.ts';
import { wireStatements } from '../../src/wire/wire-program.ts';
import { apply, columnsOf, countHolding, jsonOf } from '../batch.ts';
import { CONDITIONS } from './conditions.ts';
import { FUNCTION_EXAMPLES } from './functions.ts';
import { SOURCES } from './sources.ts';
import { type PlainMap, type PlainRow, PUBLISHED } from './statements.ts';

function toAny(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAny) } };
  return { kvlistValue: { values: pairs(Object(value)) } };
}

function pairs(map: PlainMap = {}): object[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: toAny(value) }));
}

function columnsWith(context: 'span' | 'log', row: PlainRow): Columns {
  const { resource, scope, attributes, body, ...others } = row;
  const record = {
    ...others,
    ...(attributes && { attributes: pairs(attributes) }),
    ...(body === undefined ? {} : { body: toAny(body) }),
  };
  const groups = {
    resource: { attributes: pairs(resource) },
    [context === 'span' ? 'scopeSpans' : 'scopeLogs']: [
      {
        ...(scope && { scope: { attributes: pairs(scope) } }),
        [context === 'span' ? 'spans' : 'logRecords']: [record],
      },
    ],
  };
  return context === 'span'
    ? columnsOf('traces', { resourceSpans: [groups] })
    : columnsOf('logs', { resourceLogs: [groups] });
}

/** `want` over what was given, where it says nothing. */
function expected(context: 'span' | 'log', given: PlainRow, want: PlainRow): unknown {
  return jsonOf(columnsWith(context, { ...given, ...want }));
}

describe('published statements', () => {
  it('are enough, and from many places', () => {
    const all = [...PUBLISHED, ...FUNCTION_EXAMPLES];
    const statements = [...new Set(all.flatMap((one) => one.statements))];
    expect(statements.length + CONDITIONS.length).toBeGreaterThanOrEqual(100);
    const sources = new Set([...all, ...CONDITIONS].map(({ source }) => source));
    expect(sources.size).toBeGreaterThanOrEqual(10);
    const parsed = hintsOf({ statements, conditions: CONDITIONS.map((one) => one.condition) });
    expect(parsed.functions.size).toBeGreaterThan(10);
  });

  it('run on the bytes of requests, most of them', () => {
    const errors = new ErrorPolicy({ mode: 'propagate', warn: () => {} });
    const all = PUBLISHED.map(({ context, statements }) => ({ context, statements }));
    const onWire = all.filter(
      ({ context, statements }) => wireStatements(context, { statements }, errors) !== undefined,
    );
    expect(onWire.length / all.length).toBeGreaterThan(0.5);
  });

  it.each([...PUBLISHED, ...FUNCTION_EXAMPLES])(
    '$statements',
    ({ context, statements, given, want }) => {
      const columns = columnsWith(context, given);
      const edited =
        context === 'span' ? apply(SPANS, columns, statements) : apply(LOGS, columns, statements);
      expect(jsonOf(edited)).toEqual(expected(context, given, want));
    },
  );
});

describe('published conditions', () => {
  it.each(CONDITIONS)('$condition', ({ context, condition, holds, fails }) => {
    for (const [row, count] of [[holds, 1] as const, [fails, 0] as const]) {
      const columns = columnsWith(context, row);
      const found =
        context === 'span'
          ? countHolding(SPANS, columns, condition)
          : countHolding(LOGS, columns, condition);
      expect(found).toBe(count);
    }
  });

  it.each([
    [SOURCES.maksim, 'type == METRIC_DATA_TYPE_NONE', 'metric', 0],
    [SOURCES.maksim, 'metric.name == "k8s.pod.phase" and value_int == 4', 'datapoint', 1],
    [
      SOURCES.ganhua,
      'name == "my.metric" and resource.attributes["my_label"] == "abc123"',
      'metric',
      0,
    ],
    [SOURCES.ganhua, 'type == METRIC_DATA_TYPE_HISTOGRAM', 'metric', 0],
    [SOURCES.ganhua, 'metric.type == METRIC_DATA_TYPE_SUMMARY', 'datapoint', 0],
    [SOURCES.transform, 'metric.type == METRIC_DATA_TYPE_SUM', 'metric', 1],
  ] as const)('%s: %s', (_, condition, context, count) => {
    const dataPoints = [
      { asInt: '4', timeUnixNano: '1' },
      { asInt: '5', timeUnixNano: '1' },
    ];
    const metrics = [{ name: 'k8s.pod.phase', sum: { dataPoints } }];
    const columns = columnsOf('metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    const found =
      context === 'metric'
        ? countHolding(METRICS, columns, condition)
        : countHolding(DATAPOINTS, columns, condition);
    expect(found).toBe(count);
  });

  it('of the context otelcol', () => {
    const statement =
      'set(span.attributes["tenant_id"], otelcol.client.metadata["x-tenant-id"]) where IsMatch(otelcol.client.metadata["x-tenant-id"], "^[a-zA-Z0-9-]+$")';
    const metadata = new Map([['x-tenant-id', ['t-1']]]);
    const client = { address: '', metadata, auth: new Map<string, string>() };
    const columns = columnsWith('span', { name: 'x' });
    const edited = apply(SPANS, columns, [statement], client);
    expect(jsonOf(edited)).toEqual(
      expected('span', { name: 'x' }, { attributes: { tenant_id: 't-1' } }),
    );
    expect(apply(SPANS, columns, [statement])).toBe(columns);
    expect(SOURCES.otelcol).toContain('ottlotelcol');
  });
});
