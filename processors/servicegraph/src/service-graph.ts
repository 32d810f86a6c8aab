import { type Counter, metrics } from '@opentelemetry/api';
import { FlushLoop, MetricOutlet, metricRequests } from '@sonde/metric-series';
import {
  type Consumer,
  type ConsumingComponent,
  type SignallessCreateSettings,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { MalformedError } from '@sonde/proto';
import type { ServiceGraphConfig } from './config.ts';
import type { Edge } from './edge.ts';
import { EdgeSeries } from './edge-series.ts';
import { EdgeStore } from './edge-store.ts';
import { type SideCounts, SpanSides } from './span-sides.ts';

const SCOPE = 'traces_service_graph';

/** Pairs spans in memory and hands metrics on at each interval, and when it is shut down. */
export class ServiceGraph implements ConsumingComponent {
  readonly #config: ServiceGraphConfig;
  readonly #store: EdgeStore;
  readonly #series: EdgeSeries;
  readonly #outlet: MetricOutlet;
  readonly #loop: FlushLoop;
  readonly #counters: Counters;
  #timers: readonly NodeJS.Timeout[] = [];

  constructor(settings: SignallessCreateSettings, config: ServiceGraphConfig, next: Consumer) {
    const { id, logger } = settings;
    this.#config = config;
    this.#series = new EdgeSeries(config, Date.now());
    this.#store = new EdgeStore({
      itemsMax: config.store.max_items,
      completed: (edge) => this.#complete(edge),
      expired: (edge) => this.#expire(edge),
    });
    this.#outlet = new MetricOutlet({ id, logger, next });
    this.#loop = new FlushLoop(config.metrics_flush_interval, () => this.#flush());
    this.#counters = new Counters(id);
    if (config.metrics_flush_interval > 0) return;
    logger.warn(
      'MetricsFlushInterval is set to 0, metrics will be flushed on every received batch of traces',
    );
  }

  async start(): Promise<void> {
    if (this.#timers.length > 0) return;
    this.#loop.start();
    const expire = (): void => this.#store.expire(Date.now());
    const forget = (): void => this.#series.forgetStale(Date.now());
    this.#timers = [
      setInterval(expire, this.#config.store_expiration_loop),
      setInterval(forget, this.#config.cache_loop),
    ];
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    // Nobody comes for them any more.
    this.#store.expire(Number.POSITIVE_INFINITY);
    await this.#loop.stop(deadline);
    this.#outlet.close();
  }

  async consume(telemetry: Telemetry): Promise<void> {
    this.#counters.add(this.#pair(telemetry));
    if (this.#config.metrics_flush_interval <= 0) await this.#loop.now();
  }

  #pair(telemetry: Telemetry): SideCounts {
    try {
      const columns = telemetry.columns();
      if (columns.signal !== 'traces') return { begun: 0, dropped: 0, nameless: 0 };
      return new SpanSides(this.#config, columns).addTo(this.#store, Date.now());
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }

  #complete(edge: Edge): void {
    if (!this.#series.add(edge, Date.now())) this.#counters.overflowed();
  }

  /** The other side never came: who it was is told by the caller, or it was a user. */
  #expire(edge: Edge): void {
    this.#counters.expired();
    const { virtual_node_peer_attributes: peers, virtual_node_extra_label: labels } = this.#config;
    if (peers.length === 0) return;
    edge.connectionType = 'virtual_node';
    if (edge.client === '' && edge.isRoot) {
      edge.client = 'user';
      if (labels) edge.virtualNode = 'client';
      this.#complete(edge);
    }
    if (edge.server !== '') return;
    edge.server = edge.peer === '' ? 'unknown' : edge.peer;
    if (labels) edge.virtualNode = 'server';
    this.#complete(edge);
  }

  async #flush(): Promise<void> {
    const nowUnixMs = Date.now();
    const parts = this.#series.parts(nowUnixMs);
    await this.#outlet.send(metricRequests(parts, { scope: SCOPE, receivedUnixMs: nowUnixMs }));
  }
}

class Counters {
  readonly #labels: { readonly connector: string };
  readonly #dropped: Counter;
  readonly #expired: Counter;
  readonly #edges: Counter;
  readonly #nameless: Counter;
  readonly #overflowed: Counter;

  constructor(connector: string) {
    this.#labels = { connector };
    const meter = metrics.getMeter('@sonde/connector-servicegraph');
    const counter = (name: string, description: string, unit: string): Counter =>
      meter.createCounter(name, { description, unit });
    const upstream = 'otelcol_connector_servicegraph';
    this.#dropped = counter(
      `${upstream}_dropped_spans`,
      'Number of spans dropped when trying to add edges',
      '1',
    );
    this.#expired = counter(
      `${upstream}_expired_edges`,
      'Number of edges that expired before finding its matching span',
      '1',
    );
    this.#edges = counter(`${upstream}_total_edges`, 'Total number of unique edges', '1');
    this.#nameless = counter(
      'sonde_connector_servicegraph_nameless_spans',
      'Spans of calls in no edge because their resource has no service.name.',
      '{span}',
    );
    this.#overflowed = counter(
      'sonde_connector_servicegraph_overflowed',
      'Calls told in a series without names because there are too many series.',
      '{call}',
    );
  }

  add({ begun, dropped, nameless }: SideCounts): void {
    if (begun > 0) this.#edges.add(begun, this.#labels);
    if (dropped > 0) this.#dropped.add(dropped, this.#labels);
    if (nameless > 0) this.#nameless.add(nameless, this.#labels);
  }

  expired(): void {
    this.#expired.add(1, this.#labels);
  }

  overflowed(): void {
    this.#overflowed.add(1, this.#labels);
  }
}
