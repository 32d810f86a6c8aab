import { decodeRequests, jsonToProtobuf, scanRequest } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { CompileError } from '../src/errors.ts';
import { LOGS, SPANS } from '../src/program/ottl-context.ts';
import { columnsOf, countHolding, TRACES } from './batch.ts';
import { evaluate } from './evaluate.ts';

const record = {
  resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }],
};

/** A record that was received then. */
function logsReceivedAt(iso: string): ReturnType<typeof decodeRequests> {
  const bytes = jsonToProtobuf('logs', JSON.stringify(record));
  const itemCount = scanRequest('logs', bytes);
  const receivedUnixMs = Date.parse(iso);
  return decodeRequests('logs', [
    { signal: 'logs', bytes, itemCount, tenant: 'a', receivedUnixMs },
  ]);
}

function holds(columns: ReturnType<typeof decodeRequests>, condition: string): boolean {
  return countHolding(LOGS, columns, condition) === 1;
}

describe('Converters that look at the time', () => {
  const columns = logsReceivedAt('2024-01-03T10:20:30.456Z');

  it('take the time of receipt of the row for now, so that a replay gives the same', () => {
    expect(holds(columns, 'UnixMilli(Now()) == 1704277230456')).toBe(true);
  });

  it('give a time without a year the year of the receipt', () => {
    expect(holds(columns, 'Year(Time("Jan 2 10:00:00", "%b %d %H:%M:%S", "UTC")) == 2024')).toBe(
      true,
    );
  });

  it('give a time that would lie more than a week ahead the year before', () => {
    expect(holds(columns, 'Year(Time("Dec 31 10:00:00", "%b %d %H:%M:%S", "UTC")) == 2023')).toBe(
      true,
    );
    expect(holds(columns, 'Year(Time("Jan 9 10:00:00", "%b %d %H:%M:%S", "UTC")) == 2024')).toBe(
      true,
    );
  });

  it('write the time of receipt into a UUID of version 7', () => {
    const hex = BigInt(Date.parse('2024-01-03T10:20:30.456Z')).toString(16).padStart(12, '0');
    const prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
    expect(holds(columns, `HasPrefix(UUIDv7(), "${prefix}")`)).toBe(true);
    expect(
      holds(
        columns,
        'IsMatch(UUIDv7(), "^[0-9a-f-]{13}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")',
      ),
    ).toBe(true);
  });

  it('fall back on the clock where nobody knows', () => {
    const before = BigInt(Date.now());
    const now = evaluate('UnixMilli(Now())');
    expect(typeof now === 'bigint' && now >= before && now <= BigInt(Date.now())).toBe(true);
  });

  it('draw a UUID of version 4 anew each time', () => {
    expect(evaluate('UUID()')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(evaluate('UUID()')).not.toBe(evaluate('UUID()'));
  });
});

describe('IsRootSpan', () => {
  it('holds for spans without a parent', () => {
    const columns = columnsOf('traces', TRACES);
    const roots = countHolding(SPANS, columns, 'IsRootSpan()');
    const without = countHolding(
      SPANS,
      columns,
      'span.parent_span_id == SpanID(0x0000000000000000)',
    );
    expect(roots).toBe(without);
    expect(roots).toBeGreaterThan(0);
    expect(countHolding(SPANS, columns, 'not IsRootSpan()')).toBe(columns.count - roots);
  });

  it('is not known to other contexts', () => {
    expect(() => LOGS.condition('IsRootSpan()')).toThrow(CompileError);
  });
});
