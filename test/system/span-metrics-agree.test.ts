import { freePort } from '@sonde/pipeline/test/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayProcess } from './gateway-process.ts';
import {
  CLIENT,
  innerWork,
  type MeteredCall,
  type MeteredSpan,
  meteredBody,
  meteredCalls,
  NAMESPACE,
  SERVER,
} from './metered-spans.ts';
import { Sonde } from './sonde.ts';

const MINUTE_MS = 60_000;
const NS_PER_MS = 1e6;
const CALLS = 3000;
const MINUTES = 4;
/** Sides of a call come in other requests, in another order. */
const SPANS_PER_REQUEST = 700;
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const ANSWER_MS = 60_000;
/** A minute that was joined while spans of it still came is joined again after a part of its age. */
const JOINED_AGAIN_MS = 180_000;

/** Counts, failures and milliseconds by name, each span taken as often as it stands for others. */
type Sums = ReadonlyMap<string, readonly number[]>;

function sumsOf<T>(
  all: readonly T[],
  keyOf: (each: T) => string,
  figuresOf: (each: T) => readonly number[],
): Sums {
  const sums = new Map<string, readonly number[]>();
  for (const each of all) {
    const [key, figures] = [keyOf(each), figuresOf(each)];
    const known = sums.get(key);
    sums.set(key, known ? known.map((sum, i) => sum + (figures[i] ?? 0)) : figures);
  }
  return sums;
}

const tookMs = ({ durationMs }: MeteredSpan): number => Math.max(0, durationMs);
/** As in `red_1m`: quarters of powers of two of nanoseconds. */
const bucketOf = (span: MeteredSpan): number =>
  Math.floor(Math.log2(Math.max(1, tookMs(span) * NS_PER_MS)) * 4);

/** What is told otherwise; sums of doubles differ in their last digits by the order of adding. */
function differences(told: Sums, expected: Sums): readonly string[] {
  const keys = new Set([...told.keys(), ...expected.keys()]);
  return [...keys].flatMap((key) => {
    const [of = [], figures = []] = [told.get(key), expected.get(key)];
    const isSame =
      of.length === figures.length &&
      figures.every((figure, i) => Math.abs((of[i] ?? 0) - figure) <= Math.abs(figure) * 1e-12);
    return isSame ? [] : [`${key}: ${of.join(', ')} for ${figures.join(', ')}`];
  });
}

describe('metrics of spans that came by OTLP with sampling weights', () => {
  const sonde = new Sonde();
  const gateway = new GatewayProcess();
  const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2 * MINUTE_MS;
  const calls = meteredCalls(CALLS, { fromMs: toMs - MINUTES * MINUTE_MS, toMs });
  const servers = calls.map(({ server }) => server);
  const spans = [...calls.map(({ client }) => client), ...innerWork(calls), ...servers.reverse()];

  beforeAll(async () => {
    await sonde.up();
    const port = await freePort();
    await gateway.start(`
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
connectors:
  spanmetrics: {histogram: {unit: ms, exponential: {max_size: 160}}}
  servicegraph: {store: {ttl: 120s, max_items: 100000}, virtual_node_peer_attributes: []}
exporters: {otlp_http: {endpoint: "${sonde.addresses.otlpHttp}"}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_http, spanmetrics, servicegraph]}
    metrics: {receivers: [spanmetrics, servicegraph], exporters: [otlp_http]}
`);
    for (let from = 0; from < spans.length; from += SPANS_PER_REQUEST) {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' } },
        body: Buffer.from(meteredBody(spans.slice(from, from + SPANS_PER_REQUEST))),
      });
      expect(answer.status).toBe(200);
    }
    // What was counted is handed on at the end.
    expect(await gateway.stop()).toBe(0);
    const stored = `SELECT count() FROM spans WHERE namespace = '${NAMESPACE}'`;
    await sonde.untilSelect(stored, String(spans.length), ANSWER_MS);
  }, 120_000);

  afterAll(async () => {
    await gateway.remove();
    await sonde.remove();
  });

  /** Roll-ups and joins come after the spans. */
  async function untilTold(
    ask: () => Promise<Sums>,
    expected: Sums,
    timeout: number = ANSWER_MS,
  ): Promise<void> {
    expect(expected.size).toBeGreaterThan(0);
    const different = async () => differences(await ask(), expected);
    await expect.poll(different, { timeout }).toEqual([]);
  }

  /** Rows of `key` and figures in the order of their columns. */
  async function select(query: string): Promise<Sums> {
    const rows = await sonde.select(query);
    return new Map(
      rows.map(({ key, ...figures }) => [String(key), Object.values(figures).map(Number)]),
    );
  }

  it('red_1m: counts, errors and durations by minute and operation', async () => {
    const expected = sumsOf(
      spans,
      ({ startMs, service, name, kind }) =>
        `${Math.floor(startMs / MINUTE_MS) * 60} ${service} ${name} ${kind}`,
      (span) => {
        const { weight, isError } = span;
        return [weight, isError ? weight : 0, tookMs(span) * NS_PER_MS * weight];
      },
    );
    const told = () =>
      select(`
        SELECT concat(toString(toUnixTimestamp(time)), ' ', service, ' ', name, ' ',
            toString(kind)) AS key,
          sum(spans) AS of_spans, sum(errors) AS of_errors, sum(duration_ns_sum) AS of_ns
        FROM red_1m WHERE namespace = '${NAMESPACE}' GROUP BY key`);
    await untilTold(told, expected);
  });

  it('red_1m: every span in its bucket of durations', async () => {
    const keyOf = (span: MeteredSpan): string => `${span.service} ${bucketOf(span)}`;
    const expected = sumsOf(spans, keyOf, ({ weight }) => [weight]);
    const told = () =>
      select(`
        SELECT concat(service, ' ', toString(bucket)) AS key, sum(weight) AS of_spans
        FROM red_1m ARRAY JOIN duration_histogram.1 AS bucket, duration_histogram.2 AS weight
        WHERE namespace = '${NAMESPACE}' GROUP BY key`);
    await untilTold(told, expected);
  });

  it('spanmetrics: calls and durations by operation and status', async () => {
    const keyOf = ({ service, name, kind, isError }: MeteredSpan): string =>
      `${service} ${name} SPAN_KIND_${KINDS[kind]} STATUS_CODE_${isError ? 'ERROR' : 'UNSET'}`;
    const key = `concat(attributes['service.name'], ' ', attributes['span.name'], ' ',
      attributes['span.kind'], ' ', attributes['status.code'])`;
    const told = (metric: string, figure: keyof typeof FIGURES) => () =>
      select(lastPointsSql({ metric: `traces.span.metrics.${metric}`, key, figure }));
    const counts = whole(sumsOf(spans, keyOf, ({ weight }) => [weight]));
    await untilTold(told('calls', 'calls'), counts);
    await untilTold(told('duration', 'exponentialCount'), counts);
    const durations = sumsOf(spans, keyOf, (span) => [tookMs(span) * span.weight]);
    await untilTold(told('duration', 'exponentialSum'), durations);
  });

  it('servicegraph: calls, failed ones and the durations of both sides', async () => {
    const key = `concat(attributes['client'], ' ', attributes['server'], ' ',
      attributes['connection_type'], ' ', attributes['failed'])`;
    const keyOf = ({ client, server }: MeteredCall): string =>
      `${client.service} ${server.service} ` +
      `${client.kind === CLIENT ? '' : 'messaging_system'} ${client.isError || server.isError}`;
    const told = (metric: string, figure: keyof typeof FIGURES) => () =>
      select(lastPointsSql({ metric: `traces_service_graph_request_${metric}`, key, figure }));
    const counts = whole(sumsOf(calls, keyOf, ({ server }) => [server.weight]));
    await untilTold(told('total', 'calls'), counts);
    const failed = new Map([...counts].filter(([of]) => of.endsWith('true')));
    await untilTold(told('failed_total', 'calls'), failed);
    for (const side of ['client', 'server'] as const) {
      const seconds = (call: MeteredCall) => (tookMs(call[side]) / 1000) * call[side].weight;
      await untilTold(
        told(side, 'sum'),
        sumsOf(calls, keyOf, (call) => [seconds(call)]),
      );
    }
  });

  const ofEdges = 'edges_1m: calls, failed ones and the durations that callers saw';
  it(ofEdges, { timeout: JOINED_AGAIN_MS + 20_000 }, async () => {
    const requests = calls.filter(({ server }) => server.kind === SERVER);
    const keyOf = ({ client, server }: MeteredCall): string =>
      `${client.service} ${server.service} ${server.name}`;
    const expected = sumsOf(requests, keyOf, ({ client, server }) => {
      const { weight } = client;
      const isError = client.isError || server.isError;
      return [weight, isError ? weight : 0, tookMs(client) * NS_PER_MS * weight];
    });
    const told = () =>
      select(`
        SELECT concat(client_service, ' ', server_service, ' ', operation) AS key,
          sum(requests) AS of_requests, sum(errors) AS of_errors, sum(duration_ns_sum) AS of_ns
        FROM edges_1m
        WHERE client_namespace = '${NAMESPACE}' AND operation LIKE 'GET %'
          AND (time, version) IN (SELECT time, max(version) FROM edge_minutes GROUP BY time)
        GROUP BY key`);
    await untilTold(told, expected, JOINED_AGAIN_MS);
  });
});

/** Connectors tell whole counts. */
function whole(counts: Sums): Sums {
  return new Map([...counts].map(([key, sums]) => [key, sums.map(Math.round)]));
}

/** Where a figure is, and its last point of a cumulative metric, which is its highest. */
const FIGURES = {
  calls: ['metric_samples', 'max(int_value)'],
  sum: ['metric_histograms', 'max(sum)'],
  exponentialSum: ['metric_exponential_histograms', 'max(sum)'],
  exponentialCount: ['metric_exponential_histograms', 'max(count)'],
} as const;

interface LastPoints {
  readonly metric: string;
  /** Of a series, as SQL. */
  readonly key: string;
  readonly figure: keyof typeof FIGURES;
}

function lastPointsSql({ metric, key, figure }: LastPoints): string {
  const [table, last] = FIGURES[figure];
  return `
    SELECT key, sum(figure) AS of_all FROM (
      SELECT series, ${last} AS figure FROM ${table} WHERE metric = '${metric}' GROUP BY series
    ) AS points
    INNER JOIN (
      SELECT DISTINCT series, ${key} AS key FROM metric_series WHERE metric = '${metric}'
    ) AS named USING (series)
    GROUP BY key`;
}
