import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  RECEIVED_UNIX_MS,
  startEngine,
  startExporter,
  type TestEngine,
  telemetryOf,
} from './engine.ts';
import { logsRequest, nanos, spansRequest } from './requests.ts';
import { selectRows } from './stored-rows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

describe('the time rule', () => {
  it('stores a span too old or too far ahead when it was received, with the time sent', async () => {
    const sentMs = [
      RECEIVED_UNIX_MS,
      RECEIVED_UNIX_MS - 14 * DAY_MS,
      RECEIVED_UNIX_MS - 14 * DAY_MS - 1,
      RECEIVED_UNIX_MS + HOUR_MS,
      RECEIVED_UNIX_MS + HOUR_MS + 1,
      0,
      Date.UTC(2250, 0, 1),
    ];
    const bytes = spansRequest({ count: sentMs.length, startUnixMs: (i) => sentMs[i] });
    const exporter = await startExporter(engine, 'traces');
    await exporter.consume(telemetryOf('traces', [{ bytes, tenant: 'time' }]));
    await exporter.shutdown(new AbortController().signal);
    const rows = await selectRows(
      engine,
      `SELECT toUnixTimestamp64Milli(timestamp) AS stored, sent_unix_nano AS sent,
         toString(time_source) AS source, duration_ns
       FROM sonde.spans WHERE tenant = 'time' ORDER BY span_id`,
    );
    const received = BigInt(RECEIVED_UNIX_MS);
    const moved = (sent: number): object => ({
      stored: received,
      sent: BigInt(nanos(sent)),
      source: 'received',
      duration_ns: 1_000_000n,
    });
    const kept = (sent: number): object => ({
      stored: BigInt(sent),
      sent: 0n,
      source: 'sent',
      duration_ns: 1_000_000n,
    });
    expect(rows).toEqual([
      kept(sentMs[0]),
      kept(sentMs[1]),
      moved(sentMs[2]),
      kept(sentMs[3]),
      moved(sentMs[4]),
      moved(sentMs[5]),
      moved(sentMs[6]),
    ]);
  });

  it('goes by the time each request of a batch was received', async () => {
    const early = RECEIVED_UNIX_MS - 3 * DAY_MS;
    const bytes = spansRequest({ count: 1, startUnixMs: () => RECEIVED_UNIX_MS });
    const exporter = await startExporter(engine, 'traces');
    const requests = [
      { bytes, tenant: 'early', receivedUnixMs: early },
      { bytes, tenant: 'late' },
    ];
    await exporter.consume(telemetryOf('traces', requests));
    await exporter.shutdown(new AbortController().signal);
    const rows = await selectRows(
      engine,
      `SELECT tenant, toUnixTimestamp64Milli(timestamp) AS stored FROM sonde.spans
       WHERE tenant IN ('early', 'late') ORDER BY tenant`,
    );
    expect(rows).toEqual([
      { tenant: 'early', stored: BigInt(early) },
      { tenant: 'late', stored: BigInt(RECEIVED_UNIX_MS) },
    ]);
  });

  it('gives a log record without a time the time it was observed, else received', async () => {
    const observed = RECEIVED_UNIX_MS - HOUR_MS;
    const bytes = logsRequest([
      { observedTimeUnixNano: nanos(observed), body: { stringValue: 'observed' } },
      { body: { stringValue: 'without any time' } },
    ]);
    const exporter = await startExporter(engine, 'logs');
    await exporter.consume(telemetryOf('logs', [{ bytes, tenant: 'observed' }]));
    await exporter.shutdown(new AbortController().signal);
    const rows = await selectRows(
      engine,
      `SELECT body, toUnixTimestamp64Milli(timestamp) AS stored, toString(time_source) AS source
       FROM sonde.logs WHERE tenant = 'observed' ORDER BY body`,
    );
    expect(rows).toEqual([
      { body: 'observed', stored: BigInt(observed), source: 'observed' },
      { body: 'without any time', stored: BigInt(RECEIVED_UNIX_MS), source: 'received' },
    ]);
  });
});
