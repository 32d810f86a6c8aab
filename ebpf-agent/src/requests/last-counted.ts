import type { MetricDefinition } from '../metrics/definitions.ts';
import type { Series } from '../metrics/series.ts';
import type { LastCounted } from './connection.ts';
import type { Exchange } from './exchange.ts';

/** What the exchange before was counted as, when this one is like it: no series is looked for then. */
export function likeLast(exchange: Exchange): LastCounted | undefined {
  const { workload, connection, protocol, meaning, status, flags, code } = exchange;
  const { last } = connection;
  if (last === undefined || flags !== 0 || last.series.isExpired) return undefined;
  const isLike =
    last.status === status &&
    last.code === code &&
    last.protocol === protocol &&
    last.workload === workload &&
    last.operation === meaning.operation &&
    last.target === meaning.target;
  return isLike ? last : undefined;
}

/** Keeps what an exchange that went well was counted as. */
export function remember(exchange: Exchange, series: Series, { bounds }: MetricDefinition): void {
  const { workload, connection, protocol, meaning, status, code } = exchange;
  const { operation, target } = meaning;
  connection.last = { workload, protocol, code, operation, target, status, series, bounds };
}
