import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createApp } from './api/app.ts';
import type { StatusResponse } from './api/contract/index.ts';
import { isLoopback } from './http/host-check.ts';
import { WebFiles } from './http/web-files.ts';
import { GATEWAY_READ_MS, HTTP_LIMITS, type HttpLimits, QUERY_LIMITS } from './limits.ts';
import { type BackendLog, STDERR_LOG } from './log.ts';
import { MapJob, type MapJobOptions } from './model/service-map/map-job.ts';
import { PatternJob, type PatternJobOptions } from './patterns/pattern-job.ts';
import { RetentionJob } from './retention/retention-job.ts';
import { SqliteStateStore } from './state/index.ts';
import { GatewayWatch } from './status/gateway-watch.ts';
import { ownReading, watchGateway } from './status/read-sources.ts';
import type { StatusSources } from './status/status-sources.ts';
import { openStore, type StoreOptions } from './store-reader.ts';
import { StreamPublisher } from './streams/stream-publisher.ts';

export interface BackendOptions {
  /** Address to listen on; on a loopback address only localhost names and `allowedHosts` are served. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** More host names that are served, without port. On other addresses the check is on when given. */
  readonly allowedHosts?: readonly string[];
  readonly store: StoreOptions;
  readonly state: { readonly path: string };
  /** The static build of the page; absent or without a build the API alone is served. */
  readonly webDirectory?: string;
  /** Where telemetry goes, shown to people. */
  readonly endpoints: StatusResponse['endpoints'];
  readonly sources: StatusSources;
  /** A gateway that writes derived streams (`deploy/config/streams.yaml`); without it none is told. */
  readonly streams?: { readonly endpoint: string };
  /** False for one that answers alone, and leaves recurring work (map, patterns, retention) to others. */
  readonly jobs?: boolean;
  readonly version?: string;
  readonly limits?: Partial<HttpLimits>;
  readonly log?: BackendLog;
}

export interface Backend {
  readonly port: number;
  /** Stops listening, lets requests in flight end within `drainMsMax`, closes store and state. */
  close(): Promise<void>;
}

/** The tenant that is shown until there is a login: data without an ingest token is this one's. */
const LOCAL_VIEWER = { name: 'local', tenant: 'default' } as const;

/**
 * Serves the API and the page. Resolves once it listens; rejects when the port is taken (`EADDRINUSE`)
 * or the state database cannot be opened. A store that is away is no reason not to start: its
 * requests are answered 503 until it is back.
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const log = options.log ?? STDERR_LOG;
  const webFiles = await loadWeb(options.webDirectory, log);
  const state = new SqliteStateStore(options.state);
  const store = openStore(options.store, QUERY_LIMITS, log);
  const gatewayWatch = new GatewayWatch();
  const holder = randomUUID();
  const retention = new RetentionJob({ store: options.store, state, holder, log });
  const app = createApp({
    store,
    state,
    status: {
      version: options.version ?? '0.1.0',
      startedMs: Date.now(),
      endpoints: options.endpoints,
      sources: options.sources,
      gatewayWatch,
      storage: () => retention.status(),
    },
    retention,
    viewer: LOCAL_VIEWER,
    allowedHosts: options.allowedHosts ?? (isLoopback(options.host) ? [] : undefined),
    webFiles,
    limits,
    log,
  });
  const server = createHttpServer(
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
    limits,
  );
  const endWatch = keepWatching(options.sources, gatewayWatch);
  const mapJob = new MapJob({
    store: options.store,
    leases: state.leases,
    holder,
    log,
    ...publishing(options.streams),
  });
  const patternJob = new PatternJob({
    store: options.store,
    leases: state.leases,
    holder,
    log,
    ...publishing(options.streams),
  });
  const closeAll = async (): Promise<void> => {
    endWatch();
    await closeServer(server, limits.drainMsMax);
    await mapJob.stop();
    await patternJob.stop();
    await retention.stop();
    await store.close();
    await state.close();
  };
  try {
    const port = await listen(server, options);
    if (options.jobs !== false) for (const job of [mapJob, patternJob, retention]) job.start();
    let closing: Promise<void> | undefined;
    return {
      port,
      close: () => {
        closing ??= closeAll();
        return closing;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** How jobs tell of what they found, where there is somebody to tell. */
function publishing(
  streams: BackendOptions['streams'],
): Pick<PatternJobOptions & MapJobOptions, 'publish'> {
  if (streams === undefined) return {};
  const publisher = new StreamPublisher(streams);
  return { publish: (messages, signal) => publisher.publish(messages, signal) };
}

/** Reads the gateway's counters by itself; without a gateway it does nothing. */
function keepWatching(sources: StatusSources, watch: GatewayWatch): () => void {
  const { gatewayMetrics } = sources;
  if (gatewayMetrics === undefined) return () => {};
  const read = (): void => void watchGateway(gatewayMetrics, watch, ownReading());
  read();
  const timer = setInterval(read, GATEWAY_READ_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function loadWeb(
  directory: string | undefined,
  log: BackendLog,
): Promise<WebFiles | undefined> {
  if (directory === undefined) return undefined;
  try {
    return await WebFiles.load(directory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn('the page is not served', { directory, reason });
    return undefined;
  }
}

function createHttpServer(
  listener: ReturnType<typeof getRequestListener>,
  limits: HttpLimits,
): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      requestTimeout: limits.receiveMsMax,
      keepAliveTimeout: limits.idleMsMax,
    },
    listener,
  );
  server.maxConnections = limits.connectionsMax;
  return server;
}

async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  const listening = once(server, 'listening'); // Rejects on `error`.
  server.listen({ host, port });
  await listening;
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function closeServer(server: Server, drainMsMax: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), drainMsMax);
  await closed;
  clearTimeout(cut);
}
