import { readFileSync } from 'node:fs';
import { jsonToProtobuf } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  RECEIVED_UNIX_MS,
  startEngine,
  startExporter,
  type TestEngine,
  telemetryOf,
} from './engine.ts';
import { gaugeRequest, nanos } from './requests.ts';
import { selectRows } from './stored-rows.ts';

const PAGE = readFileSync(new URL('../../../docs/store.md', import.meta.url), 'utf8');

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

type Attributes = Readonly<Record<string, string>>;

const keyValues = (attributes: Attributes): unknown[] =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));

interface Spans {
  readonly resource: Attributes;
  readonly count: number;
  readonly attributesOf?: (index: number) => Attributes;
  readonly timeOf?: (index: number) => number;
}

function spansOf(spans: Spans): Uint8Array {
  const { attributesOf = () => ({}), timeOf = () => RECEIVED_UNIX_MS } = spans;
  const rows = Array.from({ length: spans.count }, (_, i) => ({
    traceId: (i + 1).toString(16).padStart(32, '0'),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    startTimeUnixNano: nanos(timeOf(i)),
    endTimeUnixNano: nanos(timeOf(i)),
    attributes: keyValues(attributesOf(i)),
  }));
  const resource = { attributes: keyValues(spans.resource) };
  const resourceSpans = [{ resource, scopeSpans: [{ spans: rows }] }];
  return jsonToProtobuf('traces', JSON.stringify({ resourceSpans }));
}

async function send(tenant: string, spans: Spans, range: readonly [number, number] = [0, 1]) {
  const exporter = await startExporter(engine, 'traces');
  const [from, to] = range;
  const source = { topic: tenant, partition: 0, from, to };
  await exporter.consume(telemetryOf('traces', [{ bytes: spansOf(spans), tenant }], source));
  await exporter.shutdown(new AbortController().signal);
}

/** The example of the page, for a tenant and what carries the attributes. */
function suggestions(tenant: string, carrier = 'span'): string {
  const [, sql = ''] =
    /### Which attributes there are[\s\S]*?```sql\n([\s\S]*?)```/.exec(PAGE) ?? [];
  return sql.replace("'default'", `'${tenant}'`).replace("'span'", `'${carrier}'`);
}

describe('the attribute catalogue', () => {
  it("gives keys and their most frequent values by the page's query", async () => {
    const tenant = 'catalogue';
    await send(tenant, {
      resource: { 'service.name': 'checkout' },
      count: 16_000,
      attributesOf: (i) => ({
        route: i % 4 === 0 ? '/pay' : '/cart',
        'request.id': `request ${i}`,
        long: 'x'.repeat(500),
      }),
    });
    const rows = await selectRows(engine, suggestions(tenant));
    expect(rows.map(({ service, key }) => [service, key]).sort()).toEqual([
      ['checkout', 'long'],
      ['checkout', 'request.id'],
      ['checkout', 'route'],
    ]);
    const byKey = new Map(rows.map((row) => [row['key'], row]));
    const route = byKey.get('route');
    expect(route?.['values']).toEqual(['/cart', '/pay']);
    const entries = Number(route?.['entries']);
    expect(Math.abs(entries - 16_000)).toBeLessThan(4000);
    expect(Number(route?.['other'])).toBe(0);
    expect(byKey.get('long')?.['values']).toEqual(['x'.repeat(100)]);
    const id = byKey.get('request.id');
    expect(id?.['values']).toHaveLength(50);
    expect(Number(id?.['other'])).toBeGreaterThan(10_000);
  });

  it('stays as small as it is with values that never repeat, however many blocks come', async () => {
    const tenant = 'bounded';
    for (let block = 0; block < 5; block++) {
      const attributesOf = (i: number): Attributes => ({ id: `${block} ${i}` });
      const spans = { resource: { 'service.name': 'a' }, count: 16_000, attributesOf };
      await send(tenant, spans, [block, block + 1]);
    }
    await selectRows(engine, 'SELECT 1 FROM sonde.attribute_catalogue FINAL LIMIT 1');
    const [row] = await selectRows(
      engine,
      `SELECT length(approx_top_sumMerge(50, 150)(top_values)) AS values, count() AS rows
       FROM sonde.attribute_catalogue WHERE tenant = '${tenant}' AND key = 'id'`,
    );
    expect(row).toMatchObject({ values: 50n });
  });

  it('counts a range that is read again once', async () => {
    const tenant = 'catalogue-again';
    const spans = {
      resource: { 'service.name': 'a' },
      count: 2000,
      attributesOf: () => ({ k: 'v' }),
    };
    const entries = async (): Promise<number> => {
      const [row] = await selectRows(engine, suggestions(tenant));
      return Number(row?.['entries']);
    };
    await send(tenant, spans);
    const once = await entries();
    expect(once).toBeGreaterThan(0);
    await send(tenant, spans);
    expect(await entries()).toBe(once);
  });

  it('has attributes of resources and of series', async () => {
    const tenant = 'catalogue-rest';
    const exporter = await startExporter(engine, 'metrics');
    await exporter.consume(telemetryOf('metrics', [{ bytes: gaugeRequest(3), tenant }]));
    await exporter.shutdown(new AbortController().signal);
    const resources = await selectRows(engine, suggestions(tenant, 'resource'));
    expect(resources).toMatchObject([{ key: 'service.name', entries: 1n, values: ['shop'] }]);
    const [series] = await selectRows(engine, suggestions(tenant, 'metric'));
    expect(series).toMatchObject({ key: 'cpu', entries: 3n, type: 3 });
    expect(series?.['values']).toHaveLength(3);
  });
});

describe('the history of resources', () => {
  const resource = (version: string, pod: string): Attributes => ({
    'service.name': 'checkout',
    'service.version': version,
    'k8s.pod.name': pod,
    'k8s.node.name': 'node-1',
    'container.id': 'c1',
  });

  it('says from when to when a container ran and where, in any order of batches', async () => {
    const tenant = 'history';
    const minute = (of: number): number => RECEIVED_UNIX_MS - 3_600_000 + of * 60_000;
    for (const [i, minutes] of [
      [9, 12],
      [3, 5],
      [20, 30],
    ].entries()) {
      const timeOf = (row: number): number => minute(minutes[row] ?? 0);
      await send(tenant, { resource: resource('1', 'p1'), count: 2, timeOf }, [i, i + 1]);
    }
    const rows = await selectRows(
      engine,
      `SELECT any(h.node) AS node, any(h.pod) AS pod, any(h.container) AS container,
         any(h.version) AS version, toUnixTimestamp64Milli(min(h.first_seen)) AS first,
         toUnixTimestamp64Milli(max(h.last_seen)) AS last
       FROM sonde.resource_history AS h WHERE tenant = '${tenant}' GROUP BY fingerprint, bucket`,
    );
    expect(rows).toEqual([
      {
        node: 'node-1',
        pod: 'p1',
        container: 'c1',
        version: '1',
        first: BigInt(minute(3)),
        last: BigInt(minute(30)),
      },
    ]);
  });

  it('says how long after its newest row data came, and that a clock is ahead', async () => {
    const tenant = 'lag';
    const clocks = { late: -90_000, exact: 0, ahead: 20_000, 'far ahead': 7_200_000 };
    for (const [i, [pod, offsetMs]] of Object.entries(clocks).entries()) {
      const timeOf = (row: number): number => RECEIVED_UNIX_MS + offsetMs - row * 1000;
      await send(tenant, { resource: resource('1', pod), count: 3, timeOf }, [i, i + 1]);
    }
    const lags = await selectRows(
      engine,
      `SELECT any(h.pod) AS pod, min(h.receipt_lag_ns) AS lag FROM sonde.resource_history AS h
       WHERE tenant = '${tenant}' GROUP BY fingerprint ORDER BY lag DESC`,
    );
    // The last one's rows are stored at the time of receipt: its clock is told all the same.
    expect(lags).toEqual([
      { pod: 'late', lag: 90_000_000_000n },
      { pod: 'exact', lag: 0n },
      { pod: 'ahead', lag: -20_000_000_000n },
      { pod: 'far ahead', lag: -7_200_000_000_000n },
    ]);
  });

  it('says nothing of the clock of a sender that gives no time', async () => {
    const tenant = 'lag-unknown';
    const timeOf = (): number => 0;
    await send(tenant, { resource: resource('1', 'p1'), count: 1, timeOf });
    const known = `receipt_lag_ns < toInt64('9223372036854775807')`;
    const rows = await selectRows(
      engine,
      `SELECT count() AS rows, countIf(${known}) AS known FROM sonde.resource_history
       WHERE tenant = '${tenant}'`,
    );
    expect(rows).toEqual([{ rows: 1n, known: 0n }]);
  });

  it('is written once a minute by a process, not once a batch', async () => {
    const tenant = 'history-lean';
    const exporter = await startExporter(engine, 'traces');
    for (let batch = 0; batch < 5; batch++) {
      const timeOf = (): number => RECEIVED_UNIX_MS + batch;
      const bytes = spansOf({ resource: resource('1', 'p1'), count: 2, timeOf });
      await exporter.consume(telemetryOf('traces', [{ bytes, tenant }]));
    }
    await exporter.shutdown(new AbortController().signal);
    const rows = await selectRows(
      engine,
      `SELECT count() AS rows FROM sonde.resource_history WHERE tenant = '${tenant}'`,
    );
    expect(rows).toEqual([{ rows: 1n }]);
  });

  it('shows deployments: when each version of a service was first and last seen', async () => {
    const tenant = 'deployments';
    const at = (minutes: number) => (): number => RECEIVED_UNIX_MS - minutes * 60_000;
    for (const [i, [version, pod, minutes]] of (
      [
        ['1', 'p1', 50],
        ['1', 'p2', 30],
        ['2', 'p3', 20],
      ] as const
    ).entries()) {
      await send(tenant, { resource: resource(version, pod), count: 1, timeOf: at(minutes) }, [
        i,
        i + 1,
      ]);
    }
    const rows = await selectRows(
      engine,
      `SELECT version, instances, toUnixTimestamp64Milli(first_seen) AS first
       FROM sonde.deployments WHERE tenant = '${tenant}' ORDER BY first`,
    );
    expect(rows).toEqual([
      { version: '1', instances: 2n, first: BigInt(at(50)()) },
      { version: '2', instances: 1n, first: BigInt(at(20)()) },
    ]);
  });
});
