import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';
import { encodeRequest } from '@sonde/proto';
import { type SpawnedEngine, spawnEngine } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { Role } from './role.ts';

const MISSING = kafkaMissing();
const TOKEN = 'store-token-of-a-test';
const KILLS = 3;
const SENDERS = 3;
const SPANS_A_REQUEST = 20;
const WAIT_MS_MAX = 90_000;

let broker: ScratchBroker;
let engine: SpawnedEngine;
let gateway: Role;
let processor: Role;
let url = '';
const directory = mkdtempSync(join(tmpdir(), 'sonde-roles-'));

function requestBody(request: string): Uint8Array {
  const now = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: SPANS_A_REQUEST }, (_, index) => ({
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: 'request',
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1000n),
    attributes: [
      { key: 'request', value: { stringValue: request } },
      { key: 'index', value: { intValue: String(index) } },
    ],
  }));
  const attributes = [{ key: 'service.name', value: { stringValue: 'roles' } }];
  return encodeRequest('traces', {
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }],
  });
}

/** Sends until `stop` aborts; returns the requests that were acknowledged. */
async function sendUntil(sender: string, stop: AbortSignal): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  for (let number = 0; !stop.aborted; number += 1) {
    const request = `${sender}-${number}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(requestBody(request)),
    });
    if (response.ok) acknowledged.push(request);
  }
  return acknowledged;
}

async function select(query: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${engine.url}/?database=sonde&default_format=JSONEachRow`, {
    method: 'POST',
    headers: { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': TOKEN },
    body: query,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

/** Spans by request. */
async function stored(): Promise<ReadonlyMap<string, number>> {
  const rows = await select(
    "SELECT attributes['request'] AS request, count() AS spans FROM spans WHERE service = 'roles' GROUP BY request",
  );
  return new Map(rows.map(({ request, spans }) => [String(request), Number(spans)]));
}

async function untilStored(holds: (counts: ReadonlyMap<string, number>) => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (!holds(await stored())) {
    if (Date.now() > deadline) throw new Error(`not in time:\n${processor.output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe.skipIf(MISSING !== undefined)(`gateway, Kafka, process, store ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    broker = await startScratchBroker();
    engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
    const [grpc, http] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${http}/v1/traces`;
    const brokers = `[${broker.brokers.join(',')}]`;
    const quiet = { 'service::telemetry::metrics': '{level: none}' };
    gateway = new Role('gateway.yaml', {
      sets: {
        ...quiet,
        'receivers::otlp::protocols::grpc::endpoint': `127.0.0.1:${grpc}`,
        'receivers::otlp::protocols::http::endpoint': `127.0.0.1:${http}`,
        'exporters::kafka::brokers': brokers,
        'extensions::health_check::endpoint': `127.0.0.1:${await freePort()}`,
      },
    });
    processor = new Role('process.yaml', {
      sets: {
        ...quiet,
        'receivers::kafka::brokers': brokers,
        'receivers::kafka::session_timeout': '6s',
        'receivers::kafka::batch': '{timeout: 50ms}',
        'exporters::clickhouse::endpoint': engine.url,
        'extensions::health_check::endpoint': `127.0.0.1:${await freePort()}`,
      },
      env: { SONDE_STORE_TOKEN: TOKEN },
    });
    await Promise.all([gateway.start(), processor.start()]);
  });

  afterAll(async () => {
    await gateway?.stop();
    await processor?.stop();
    await engine?.stop();
    await broker?.end();
    rmSync(directory, { recursive: true, force: true });
  });

  it('stores every acknowledged request once, however often the process is killed', async () => {
    const stop = new AbortController();
    const senders = Array.from({ length: SENDERS }, (_, index) =>
      sendUntil(`${index}`, stop.signal),
    );
    let seen = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await untilStored((counts) => counts.size > seen);
      seen = (await stored()).size;
      await untilStored((counts) => counts.size > seen + 5);
      await processor.kill();
      await processor.start();
      seen = (await stored()).size;
    }
    await untilStored((counts) => counts.size > seen);
    stop.abort();
    const acknowledged = (await Promise.all(senders)).flat();
    expect(acknowledged.length).toBeGreaterThan(100);
    await untilStored((counts) => acknowledged.every((request) => counts.has(request)));
    const counts = await stored();
    expect([...counts].filter(([, spans]) => spans !== SPANS_A_REQUEST)).toEqual([]);
  }, 240_000);
});
