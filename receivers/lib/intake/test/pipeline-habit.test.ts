import { Telemetry } from '@sonde/pipeline';
import { encodeRequest, MalformedError } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { type CheckedRequest, PipelineHabit } from '../src/pipeline-habit.ts';

function spans(...names: readonly string[]): Uint8Array {
  const rows = names.map((name) => ({
    traceId: '01'.repeat(16),
    spanId: '02'.repeat(8),
    name,
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
  }));
  return encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans: rows }] }] });
}

function check(habit: PipelineHabit, bytes: Uint8Array): CheckedRequest {
  return habit.check({ signal: 'traces', bytes, tenant: 'acme', receivedUnixMs: 7 });
}

function handOn(habit: PipelineHabit, bytes: Uint8Array, looksInto: boolean): Telemetry {
  const checked = check(habit, bytes);
  const telemetry = new Telemetry({ signal: 'traces', ...checked });
  if (looksInto) telemetry.columns();
  checked.handedOn();
  return telemetry;
}

/** Fails once the bytes are gone: whoever still decodes them meets nonsense. */
function spoil(bytes: Uint8Array): void {
  bytes.fill(0xff);
}

function rowsOf(telemetry: Telemetry): number {
  return telemetry.columns().count;
}

describe('the habit of a pipeline', () => {
  it('is to look into nothing until it did: the first request is scanned', () => {
    const bytes = spans('a', 'b');
    const checked = check(new PipelineHabit('traces'), bytes);
    expect(checked.itemCount).toBe(2);
    expect(checked.requests[0]).toMatchObject({ bytes, itemCount: 2, tenant: 'acme' });
    spoil(bytes);
    expect(() => checked.decode(checked.requests)).toThrow(MalformedError);
  });

  it('has the next request decoded before it is handed on, once', () => {
    const habit = new PipelineHabit('traces');
    handOn(habit, spans('a'), true);
    const bytes = spans('a', 'b', 'c');
    const checked = check(habit, bytes);
    expect(checked.itemCount).toBe(3);
    spoil(bytes);
    const telemetry = new Telemetry({ signal: 'traces', ...checked });
    expect(rowsOf(telemetry)).toBe(3);
    expect(() => checked.decode(checked.requests)).toThrow(MalformedError);
  });

  it('keeps no columns for a pipeline that did not look into them while it had the request', () => {
    const habit = new PipelineHabit('traces');
    handOn(habit, spans('a'), true);
    const bytes = spans('a', 'b');
    const late = handOn(habit, bytes, false);
    spoil(bytes);
    expect(() => rowsOf(late)).toThrow(MalformedError);
    // And the next one is scanned again.
    const next = spans('a');
    const checked = check(habit, next);
    spoil(next);
    expect(() => checked.decode(checked.requests)).toThrow(MalformedError);
  });

  it('gives other requests the columns of those, not its own', () => {
    const habit = new PipelineHabit('traces');
    handOn(habit, spans('a'), true);
    const checked = check(habit, spans('a', 'b'));
    const telemetry = new Telemetry({ signal: 'traces', ...checked });
    const [request] = checked.requests;
    const joined = telemetry.withRequests([request, request]);
    expect(rowsOf(joined)).toBe(4);
  });

  it('refuses the same bytes whether it scans or decodes', () => {
    const cut = spans('a', 'b').subarray(0, -1);
    const habit = new PipelineHabit('traces');
    expect(() => check(habit, cut)).toThrow(MalformedError);
    handOn(habit, spans('a'), true);
    expect(() => check(habit, cut)).toThrow(MalformedError);
  });

  it('counts the items of every signal alike, whether it scans or decodes', () => {
    const point = { timeUnixNano: 1n };
    const points = (count: number) =>
      encodeRequest('metrics', {
        resourceMetrics: [
          {
            scopeMetrics: [
              {
                metrics: [
                  { name: 'g', gauge: { dataPoints: Array.from({ length: count }, () => point) } },
                  {
                    name: 'h',
                    histogram: { aggregationTemporality: 2, dataPoints: [{ ...point, count: 1 }] },
                  },
                ],
              },
            ],
          },
        ],
      });
    const habit = new PipelineHabit('metrics');
    const checked = (bytes: Uint8Array) =>
      habit.check({ signal: 'metrics', bytes, tenant: 'acme', receivedUnixMs: 7 });
    const first = checked(points(3));
    first.decode(first.requests);
    first.handedOn();
    expect([first.itemCount, checked(points(3)).itemCount]).toEqual([4, 4]);
  });
});
