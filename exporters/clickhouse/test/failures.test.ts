import { SondeError, Telemetry } from '@sonde/pipeline';
import { decodeRequests } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickHouseConfig } from '../src/config.ts';
import { toSondeError } from '../src/store-errors.ts';
import { StoreSink } from '../src/store-sink.ts';
import { startEngine, startExporter, type TestEngine, TOKEN, telemetryOf } from './engine.ts';
import { spansRequest } from './requests.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

function sinkOf(given: Readonly<Record<string, string>>): StoreSink {
  const config = clickHouseConfig.parse(given);
  return new StoreSink(config, config.shards[0]);
}

async function failureOf(work: Promise<unknown>): Promise<SondeError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SondeError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('failures', () => {
  it('of the bytes are permanent', async () => {
    const exporter = await startExporter(engine, 'traces');
    const good = telemetryOf('traces', [{ bytes: spansRequest({ count: 1 }) }]);
    const cut = good.requests.map((request) => ({ ...request, bytes: request.bytes.slice(0, -3) }));
    const bad = new Telemetry({
      signal: 'traces',
      requests: cut,
      decode: (requests) => decodeRequests('traces', requests),
    });
    const failure = await failureOf(exporter.consume(bad));
    expect(failure).toMatchObject({ code: 'INVALID_DATA', retryable: false });
    await exporter.consume(good);
    await exporter.shutdown(new AbortController().signal);
  });

  it('of the block are permanent, by what the real engine answers', async () => {
    const exporter = await startExporter(engine, 'traces');
    await exporter.shutdown(new AbortController().signal);
    const sink = sinkOf({ endpoint: engine.url, password: TOKEN });
    const block = new TextEncoder().encode('\x01\x01\x06tenant\x06StringX');
    const options = { database: 'sonde', table: 'spans', token: 'broken' };
    const failure = await failureOf(sink.insert(block, options));
    expect(failure).toMatchObject({ code: 'INVALID_DATA', retryable: false });
    await sink.close();
  });

  it('of the network, of a missing table and of credentials are retryable', async () => {
    const offline = sinkOf({ endpoint: 'http://127.0.0.1:9', timeout: '2s' });
    const options = { database: 'sonde', table: 'spans', token: 't' };
    const block = new Uint8Array([0, 0]);
    expect(await failureOf(offline.insert(block, options))).toMatchObject({ code: 'UNAVAILABLE' });
    await offline.close();
    const online = sinkOf({ endpoint: engine.url, password: TOKEN });
    const missing = await failureOf(online.insert(block, { ...options, table: 'no_such_table' }));
    expect(missing).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await online.close();
    const stranger = sinkOf({ endpoint: engine.url, password: 'x' });
    const refused = await failureOf(stranger.insert(block, options));
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await stranger.close();
  });

  it('of too many parts ask for patience', () => {
    const failure = { clickHouseCode: 252, message: 'Too many parts', cause: undefined };
    expect(toSondeError(failure)).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 5000 });
  });

  it('of memory are retryable', () => {
    const failure = { clickHouseCode: 241, message: 'memory limit', cause: undefined };
    expect(toSondeError(failure)).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  it('of a store of a later release stop the start, in words', async () => {
    const exporter = await startExporter(engine, 'traces', { database: 'later' });
    await exporter.shutdown(new AbortController().signal);
    const response = await fetch(engine.url, {
      method: 'POST',
      headers: engine.credentials,
      body: "INSERT INTO later.schema_migrations (version, name) SELECT 4711, 'of a later release'",
    });
    expect(response.ok).toBe(true);
    const failure = await failureOf(startExporter(engine, 'traces', { database: 'later' }));
    expect(failure.retryable).toBe(false);
    expect(failure.message).toContain('written by a later release');
  });
});
