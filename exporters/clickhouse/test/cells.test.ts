import type { Signal } from '@sonde/proto';
import type { Cell, Row } from '@sonde/proto/test/oracle-rows';
import { Random, randomMessage } from '@sonde/proto/test/random-wire';
import { requestOf } from '@sonde/proto/test/request-of';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, startExporter, type TestEngine, telemetryOf } from './engine.ts';
import { expectedExemplars, expectedRows } from './expected-rows.ts';
import { storedExemplars, storedLogs, storedPoints, storedSpans } from './stored-rows.ts';

const REQUESTS = 20;

const READ: Readonly<
  Partial<Record<Signal, (engine: TestEngine, tenant: string) => Promise<Row[]>>>
> = { traces: storedSpans, logs: storedLogs, metrics: storedPoints };

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

describe.each(['traces', 'logs', 'metrics'] as const)('every cell of %s in the store', (signal) => {
  it('is what an independent decoder reads from the same bytes', async () => {
    const exporter = await startExporter(engine, signal);
    const random = new Random(20_261_125);
    let rows = 0;
    for (let i = 0; i < REQUESTS; i++) {
      const bytes = randomMessage(random, requestOf(signal));
      const tenant = `cells-${signal}-${i}`;
      await exporter.consume(telemetryOf(signal, [{ bytes, tenant }]));
      const expected = expectedRows(signal, bytes);
      const stored = await READ[signal]?.(engine, tenant);
      expect(sorted(stored ?? []), `request ${i}`).toEqual(sorted(expected));
      if (signal === 'metrics') {
        const exemplars = await storedExemplars(engine, tenant);
        expect(sorted(exemplars), `request ${i}`).toEqual(sorted(expectedExemplars(bytes)));
      }
      rows += expected.length;
    }
    await exporter.shutdown(new AbortController().signal);
    expect(rows).toBeGreaterThan(REQUESTS);
  }, 120_000);
});

/** Rows in an order that does not depend on how they are stored. */
function sorted(rows: readonly Row[]): Cell[] {
  return rows
    .map((row) => ({ row, text: JSON.stringify(ordered(row)) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => ordered(row));
}

/** With members in alphabetical order. */
function ordered(cell: Cell): Cell {
  if (Array.isArray(cell)) return cell.map(ordered);
  if (typeof cell !== 'object') return cell;
  return Object.fromEntries(
    Object.keys(cell)
      .sort()
      .map((name) => [name, ordered(cell[name] ?? '')]),
  );
}
