import { ErrorPolicy } from '@sonde/ottl';
import {
  type ConnectorCreateSettings,
  type ConnectorNext,
  type Consumer,
  fanOut,
} from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import { type CompiledRoute, compileRoute, statementOf } from './compile-route.ts';
import type { RouteAction, RoutingConfig } from './config.ts';

/** Pipelines that get data together. */
export interface Target {
  /** Their ids. */
  readonly name: string;
  readonly consumer: Consumer;
}

export interface TableRoute {
  readonly route: CompiledRoute;
  readonly action: RouteAction;
  readonly target: Target;
}

export interface RoutingTable {
  readonly routes: readonly TableRoute[];
  readonly fallback: Target | undefined;
}

/** Signals whose data a context can mean. */
const SIGNAL_OF: Readonly<Record<string, Signal>> = {
  span: 'traces',
  metric: 'metrics',
  datapoint: 'metrics',
  log: 'logs',
};

/**
 * Compiles the table and finds its pipelines; a row that says what one above it says is left out, with
 * a warning. Throws `CompileError`, and `Error` for pipelines that are not there.
 */
export function routingTable(
  config: RoutingConfig,
  settings: ConnectorCreateSettings,
  next: ConnectorNext,
): RoutingTable {
  const { logger } = settings;
  const errors = new ErrorPolicy({
    mode: config.error_mode,
    warn: (message, fields) => logger.warn(message, fields),
  });
  const defaults = config.default_pipelines;
  const fallback = defaults.length === 0 ? undefined : targetOf(defaults, next);
  const known = new Set<string>();
  const routes = config.table.flatMap((row): readonly TableRoute[] => {
    const route = compileRoute(row, errors);
    const { context, text } = route;
    const key = `[${context}] ${text}`;
    if (known.has(key)) {
      logger.warn(
        `Statement ${JSON.stringify(statementOf(row))} already exists in the routing table, the route with target pipeline(s) ${JSON.stringify(row.pipelines.join(', '))} will be ignored.`,
      );
      return [];
    }
    known.add(key);
    warnOf(route, settings);
    return [{ route, action: row.action, target: targetOf(row.pipelines, next) }];
  });
  return { routes, fallback };
}

function warnOf({ context, text }: CompiledRoute, { logger, from }: ConnectorCreateSettings): void {
  if (context === 'request') {
    const message =
      "The 'request' context is deprecated. Use 'otelcol.client.metadata[\"key\"]' (HTTP/client metadata) or 'otelcol.grpc.metadata[\"key\"]' (gRPC metadata) instead.";
    logger.warn(message, { condition: text });
  }
  const signal = SIGNAL_OF[context];
  if (signal === undefined || signal === from) return;
  logger.warn(`A route of context "${context}" never matches in a pipeline of ${from}.`, {
    statement: text,
  });
}

function targetOf(ids: readonly string[], { pipelines }: ConnectorNext): Target {
  const missing = ids.filter((id) => !pipelines.has(id));
  if (missing.length > 0) {
    const reasons = missing.map((id) => `missing consumer: ${JSON.stringify(id)}`);
    throw new Error(`pipeline not found: ${reasons.join('; ')}`);
  }
  const consumers = ids.flatMap((id) => pipelines.get(id) ?? []);
  return { name: ids.join(','), consumer: fanOut(consumers) };
}
