import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MapJob, SqliteStateStore } from '@sonde/backend';
import { encodeRequest, type Span } from '@sonde/proto';
import { createStoreClient, migrate, type StoreClient, spawnEngine, sql } from '@sonde/store';
import { z } from 'zod';
import { OtlpServer, otlpReceiver } from '../bench/otlp-servers.ts';
import { ROOT } from '../tidy/repository.ts';
import { type RecordedSpan, serviceOfPod } from './recorded-traces.ts';

const TOKEN = 'internal-token-of-a-yardstick';
const SPANS_PER_REQUEST = 2000;

/** Spans that are sent under a name of their own, so that several variants share a store. */
export interface Variant {
  readonly name: string;
  readonly spans: readonly RecordedSpan[];
}

const Edge = z.object({ variant: z.string(), edge: z.string() });

/**
 * The edges of each variant, `caller callee`, by the product's own path: OTLP to a gateway, from
 * there into the engine, and the job that joins minutes.
 */
export async function mapOfSpans(
  variants: readonly Variant[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-map-'));
  const engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  const store = { url: engine.url, role: 'internal', token: TOKEN } as const;
  const bare = createStoreClient(store);
  const client = createStoreClient({ ...store, database: 'sonde' });
  try {
    await migrate(bare);
    await send(variants, engine.url);
    await joinAll(store, directory);
    return await edgesByVariant(client);
  } finally {
    await bare.close();
    await client.close();
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function send(variants: readonly Variant[], storeUrl: string): Promise<void> {
  const gateway = await OtlpServer.start(
    (addresses) => intoStore(addresses, storeUrl),
    (yaml) =>
      spawn(
        process.execPath,
        ['--import', 'tsx', join(ROOT, 'cli/src/main.ts'), 'gateway', '--config', `yaml:${yaml}`],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      ),
  );
  try {
    for (const [index, { name, spans }] of variants.entries()) {
      for (let from = 0; from < spans.length; from += SPANS_PER_REQUEST) {
        const body = requestOf(spans.slice(from, from + SPANS_PER_REQUEST), name, index);
        const response = await fetch(`http://${gateway.addresses.http}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-protobuf' },
          body,
        });
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
        await response.arrayBuffer();
      }
    }
  } finally {
    await gateway.stop();
  }
}

function intoStore(addresses: Parameters<typeof otlpReceiver>[0], endpoint: string): object {
  const clickhouse = { endpoint, username: 'internal', password: TOKEN, create_schema: false };
  return {
    receivers: otlpReceiver(addresses),
    exporters: { clickhouse },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['clickhouse'] } },
    },
  };
}

/** As a fleet's SDKs send: a group a pod. */
function requestOf(spans: readonly RecordedSpan[], variant: string, index: number): Uint8Array {
  const byPod = new Map<string, RecordedSpan[]>();
  for (const span of spans) {
    const others = byPod.get(span.pod);
    if (others === undefined) byPod.set(span.pod, [span]);
    else others.push(span);
  }
  const resourceSpans = [...byPod].map(([pod, ofPod]) => ({
    resource: {
      attributes: Object.entries({
        'service.name': serviceOfPod(pod),
        'k8s.pod.name': pod,
        'k8s.cluster.name': variant,
      }).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    },
    scopeSpans: [{ spans: ofPod.map((span) => otlpSpan(span, index)) }],
  }));
  return encodeRequest('traces', { resourceSpans });
}

/** Traces of different variants are different traces. */
function otlpSpan(span: RecordedSpan, variant: number): Span {
  const traceId = Buffer.from(span.traceId, 'hex');
  traceId[0] = (traceId[0] ?? 0) ^ variant;
  return {
    traceId,
    spanId: Buffer.from(span.spanId, 'hex'),
    parentSpanId: Buffer.from(span.parentId, 'hex'),
    name: span.name,
    startTimeUnixNano: span.startNano,
    endTimeUnixNano: span.endNano,
  };
}

async function joinAll(
  store: ConstructorParameters<typeof MapJob>[0]['store'],
  directory: string,
): Promise<void> {
  const state = new SqliteStateStore({ path: join(directory, 'state.db') });
  const log = { info: () => {}, warn: console.warn, error: console.error };
  const job = new MapJob({ store, leases: state.leases, holder: randomUUID(), log });
  try {
    while ((await job.look()) > 0);
  } finally {
    await job.stop();
    await state.close();
  }
}

async function edgesByVariant(
  client: StoreClient,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const statement = sql`
    SELECT DISTINCT client_cluster AS variant, concat(client_service, ' ', server_service) AS edge
    FROM edges_1m
    WHERE (time, version) IN (SELECT time, max(version) FROM edge_minutes GROUP BY time)
      AND client_service != server_service`;
  const { rows } = await client.query(statement, Edge);
  const byVariant = new Map<string, Set<string>>();
  for (const { variant, edge } of rows) {
    const edges = byVariant.get(variant) ?? new Set();
    byVariant.set(variant, edges.add(edge));
  }
  return byVariant;
}
