import { insertSql, pointRow, raw, seriesRow } from './seed.ts';

const METRICS = {
  opened: 'network.tcp.connections.opened',
  failures: 'network.tcp.connect.failures',
  sent: 'network.tcp.io',
  received: 'network.tcp.io',
  retransmits: 'network.tcp.retransmits',
  listens: 'network.tcp.listen.queue.limit',
} as const;

const DIRECTIONS: Readonly<Partial<Record<keyof typeof METRICS, string>>> = {
  sent: 'transmit',
  received: 'receive',
};

/** A counter of an agent: what it counts, of whom, and its points around a time. */
export interface SeenConnection {
  readonly service: string;
  readonly what: keyof typeof METRICS;
  readonly atMs: number;
  /** Milliseconds from `atMs`, and the value; `nan` as text. */
  readonly points: readonly (readonly [number, number])[];
  readonly startMs: number;
  readonly address: string;
  readonly port?: string;
  /** The name that was asked for. */
  readonly name?: string;
  readonly peer?: string;
  readonly protocol?: string;
  readonly side?: 'client' | 'server' | 'unknown';
  readonly host?: string;
  readonly namespace?: string;
  readonly temporality?: number;
}

/** A histogram of round trips of an agent; points are the counts of its buckets and their sum in s. */
export interface SeenRoundTrips extends Omit<SeenConnection, 'what' | 'points'> {
  readonly bounds: readonly number[];
  readonly points: readonly (readonly [ms: number, counts: readonly number[], sum: number])[];
}

const ROUND_TRIPS = 'network.tcp.rtt';

/** Statements that write round trips as the exporter would have stored them. */
export function roundTrips(seen: readonly SeenRoundTrips[]): readonly string[] {
  const idOfTrips = (one: SeenRoundTrips) =>
    raw(`cityHash64('${[ROUND_TRIPS, one.service, ...attributesOf(one)].flat().join(' ')}')`);
  const series = seen.flatMap((one) =>
    [...new Set(one.points.map(([ms]) => hourOf(one.atMs + ms)))].map((atMs) => ({
      ...seriesRow({
        ...{ metric: ROUND_TRIPS, series: 0, kind: 9, atMs, service: one.service },
        ...{ namespace: one.namespace ?? '', attributes: attributesOf(one) },
      }),
      ...{ series: idOfTrips(one), host: one.host ?? 'h1' },
    })),
  );
  const points = seen.flatMap((one) =>
    one.points.map(([ms, counts, sum]) => ({
      ...pointRow({
        ...{ metric: ROUND_TRIPS, series: 0, atMs: one.atMs + ms, startMs: one.startMs },
      }),
      ...{ series: idOfTrips(one), presence: 1, temporality: one.temporality ?? 2 },
      count: counts.reduce((all, count) => all + count, 0),
      sum: Number.isNaN(sum) ? raw('nan') : sum,
      bucket_counts: raw(`[${counts.join()}]`),
      explicit_bounds: raw(`[${one.bounds.join()}]`),
    })),
  );
  return [insertSql('metric_series', series), insertSql('metric_histograms', points)];
}

/** Statements that write what the exporter would have stored. */
export function connections(seen: readonly SeenConnection[]): readonly string[] {
  const series = seen.flatMap((one) =>
    [...new Set(one.points.map(([ms]) => hourOf(one.atMs + ms)))].map((atMs) => ({
      ...seriesRow({
        ...{ metric: METRICS[one.what], series: 0, kind: 7, atMs, service: one.service },
        ...{ namespace: one.namespace ?? '', attributes: attributesOf(one) },
      }),
      series: idOf(one),
      host: one.host ?? 'h1',
    })),
  );
  const points = seen.flatMap((one) =>
    one.points.map(([ms, value]) => ({
      ...pointRow({
        ...{ metric: METRICS[one.what], series: 0, atMs: one.atMs + ms, startMs: one.startMs },
      }),
      series: idOf(one),
      value: Number.isNaN(value) ? raw('nan') : value,
      ...{ value_type: 1, temporality: one.temporality ?? 2, is_monotonic: 1 },
    })),
  );
  return [insertSql('metric_series', series), insertSql('metric_samples', points)];
}

function hourOf(ms: number): number {
  return Math.floor(ms / 3_600_000) * 3_600_000;
}

/** As the agent sends them. */
function attributesOf(
  one: SeenConnection | SeenRoundTrips,
): readonly (readonly [string, string])[] {
  const all: readonly (readonly [string, string | undefined])[] = [
    ['sonde.side', one.side ?? 'client'],
    ['network.protocol.name', one.protocol],
    ['server.address', one.name ?? one.address],
    ['server.port', one.port],
    ['network.peer.address', one.address],
    ['service.peer.name', one.peer],
    ['network.io.direction', 'what' in one ? DIRECTIONS[one.what] : undefined],
  ];
  return all.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

/** The same for the same attributes. */
function idOf(one: SeenConnection): { readonly raw: string } {
  const words = [METRICS[one.what], one.service, one.namespace, one.host, ...attributesOf(one)];
  return raw(`cityHash64('${words.flat().join(' ').replaceAll("'", '')}')`);
}
