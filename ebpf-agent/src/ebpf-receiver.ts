import {
  type Component,
  type Consumer,
  DEFAULT_TENANT,
  type Host,
  type SignallessCreateSettings,
  SondeError,
  Telemetry,
} from '@sonde/pipeline';
import { decodeRequests, type Signal } from '@sonde/proto';
import type { EbpfConfig } from './config.ts';
import { loadNativeAddon } from './kernel/native-addon.ts';
import { encodeMetrics } from './metrics/metrics-request.ts';
import { Observer, type PlainSpans } from './observer.ts';
import { ConnectionTable } from './requests/connection.ts';
import { COUNTED_ALONE } from './requests/plain-exchanges.ts';
import { observeSelf } from './self-metrics.ts';
import { SpanQueue } from './spans/span-queue.ts';

export interface EbpfReceiverOptions {
  readonly settings: SignallessCreateSettings;
  readonly config: EbpfConfig;
  readonly next: Readonly<Partial<Record<Signal, Consumer>>>;
}

/** The longest a span waits for its batch. */
const SPANS_WAIT_MS = 1_000;

/**
 * Observes the host from the kernel and hands metrics on at a fixed interval, spans as they come. A
 * batch that the pipeline does not take is lost and said: metrics are cumulative, the next ones have
 * what it had.
 */
export class EbpfReceiver implements Component {
  readonly #options: EbpfReceiverOptions;
  #reports: NodeJS.Timeout | undefined;
  /** Set while spans wait: a host without requests is not woken for them. */
  #spansDue: NodeJS.Timeout | undefined;
  #observer: Observer | undefined;
  #spans: SpanQueue | undefined;
  #endSelfMetrics: () => void = () => {};
  #delivering: Promise<void> = Promise.resolve();
  #isDelivering = false;

  constructor(options: EbpfReceiverOptions) {
    this.#options = options;
  }

  /** Throws where the kernel lets nothing in: no rights, no BTF. */
  start(_host: Host): Promise<void> {
    if (this.#observer !== undefined) return Promise.resolve();
    const { config, settings, next } = this.#options;
    // Requests are read while the programs are still being loaded: spans ask the table from the first on.
    const connections = new ConnectionTable();
    const spans = next.traces === undefined ? undefined : this.#spanQueue(connections);
    const observer = this.#open(connections, spans);
    this.#observer = observer;
    this.#spans = spans;
    for (const [feature, reason] of observer.refusals) {
      settings.logger.warn('Part of the agent is off', { feature, reason });
    }
    this.#endSelfMetrics = observeSelf(settings, observer, spans);
    this.#reports = setInterval(() => this.#collect(), config.collection_interval);
    return Promise.resolve();
  }

  /** What was seen until now is handed on, unless the deadline comes first. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    clearInterval(this.#reports);
    const observer = this.#observer;
    this.#endSelfMetrics();
    if (observer === undefined) return;
    observer.drain();
    observer.close();
    clearTimeout(this.#spansDue);
    this.#observer = undefined;
    if (deadline.aborted) return;
    const passed = new Promise<void>((resolve) => {
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    const handedOn = this.#delivering.then(() => this.#deliverAll(observer));
    await Promise.race([handedOn, passed]);
  }

  #open(connections: ConnectionTable, spans: SpanQueue | undefined): Observer {
    const { config, settings } = this.#options;
    try {
      const observer = new Observer({
        addon: loadNativeAddon(),
        ringBytes: config.ring_size_mib * 1024 * 1024,
        rootPath: config.root_path,
        kubernetes: config.kubernetes,
        logLinks: config.log_links,
        connections,
        onFailure: (what, reason) => {
          settings.logger.warn('Part of what the agent looks at is wanting', { what, reason });
        },
        plain: spans === undefined ? COUNTED_ALONE : this.#plainSpans(spans),
        onExchange: (exchange, offsetNs) => {
          spans?.add(exchange, offsetNs);
          if (spans !== undefined) this.#deliverSoon(spans);
        },
      });
      observer.start();
      return observer;
    } catch (error) {
      const { message } = SondeError.from(error);
      const hint = 'sonde agent --check says what this host allows';
      throw new Error(`the kernel cannot be observed: ${message}\n  hint: ${hint}`, {
        cause: error,
      });
    }
  }

  #plainSpans(spans: SpanQueue): PlainSpans {
    return {
      spanOf: (exchange) => spans.plainSpanOf(exchange),
      take: (exchange, offsetNs) => {
        const isTaken = spans.takePlain(exchange, offsetNs);
        this.#deliverSoon(spans);
        return isTaken;
      },
    };
  }

  #spanQueue(connections: ConnectionTable): SpanQueue {
    const { sample_ratio: ratio, slow_threshold: slowMs } = this.#options.config.spans;
    return new SpanQueue({
      ...{ ratio, slowMs },
      peerOf: ({ connection }) => connections.spanAttributes(connection),
    });
  }

  /** One delivery at a time: a slow pipeline delays reports, it never piles them up. */
  #collect(): void {
    const observer = this.#observer;
    if (observer === undefined || this.#isDelivering) return;
    observer.collect();
    this.#deliver(() => this.#deliverMetrics(observer));
  }

  #deliverSoon(spans: SpanQueue): void {
    if (spans.isBatchFull) this.#deliverSpans();
    this.#spansDue ??= setTimeout(() => this.#deliverDue(spans), SPANS_WAIT_MS);
  }

  #deliverDue(spans: SpanQueue): void {
    this.#spansDue = undefined;
    this.#deliverSpans();
    if (!spans.isEmpty) this.#spansDue = setTimeout(() => this.#deliverDue(spans), SPANS_WAIT_MS);
  }

  #deliverSpans(): void {
    if (!this.#isDelivering) this.#deliver(() => this.#handOnSpans());
  }

  #deliver(work: () => Promise<void>): void {
    this.#isDelivering = true;
    this.#delivering = work().finally(() => {
      this.#isDelivering = false;
    });
  }

  async #deliverAll(observer: Observer): Promise<void> {
    await this.#deliverMetrics(observer);
    await this.#handOnSpans();
  }

  async #deliverMetrics(observer: Observer): Promise<void> {
    observer.workloads.expire();
    if (this.#options.next.metrics === undefined) return;
    const measured = [...observer.workloads.all(), observer.host];
    for (const { bytes, itemCount } of encodeMetrics(measured, Date.now())) {
      await this.#handOn('metrics', bytes, itemCount);
    }
  }

  async #handOnSpans(): Promise<void> {
    this.#spans?.expire();
    const taken = this.#spans?.take();
    if (taken !== undefined) await this.#handOn('traces', taken.bytes, taken.itemCount);
  }

  /** Never rejects. */
  async #handOn(signal: 'metrics' | 'traces', bytes: Uint8Array, itemCount: number): Promise<void> {
    const { next, settings } = this.#options;
    const receivedUnixMs = Date.now();
    const request = { signal, bytes, itemCount, tenant: DEFAULT_TENANT, receivedUnixMs };
    try {
      await next[signal]?.consume(
        new Telemetry({
          signal,
          requests: [request],
          decode: (kept) => decodeRequests(signal, kept),
        }),
      );
    } catch (error) {
      const { code, message } = SondeError.from(error);
      const fields = { signal, code, error: message, items: itemCount };
      settings.logger.warn('What the agent saw was not taken', fields);
    }
  }
}
