import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { emptyResource } from '@opentelemetry/resources';
import {
  type CollectionResult,
  type MetricData,
  type MetricProducer,
  MetricReader,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';

/** A thread in the middle of a batch answers after it; one that does not is left out this time. */
const ANSWER_MS_MAX = 2000;

/** Metrics of the process's other threads, collected with those of the first one. */
export class ThreadMetrics implements MetricProducer {
  /** One a thread that runs. */
  readonly #ports: Map<MessagePort, number> = new Map();

  /** For a new thread, which answers with a `ThreadMetricReader`. */
  open(thread: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#ports.set(port1, thread);
    port1.once('close', () => this.#ports.delete(port1));
    port1.unref();
    return port2;
  }

  async collect(): Promise<CollectionResult> {
    const asked = [...this.#ports].map(async ([port, thread]) =>
      (await ask(port)).map((scope) => labelled(scope, thread)),
    );
    const scopeMetrics = (await Promise.all(asked)).flat();
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

/** In a thread: collects when the first one asks. */
export class ThreadMetricReader extends MetricReader {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('message', () => void this.#answer());
    port.unref();
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {
    this.#port.close();
  }

  async #answer(): Promise<void> {
    const { resourceMetrics } = await this.collect();
    this.#port.postMessage(resourceMetrics.scopeMetrics);
  }
}

/** Nothing of a thread that has ended or is too late. */
function ask(port: MessagePort): Promise<readonly ScopeMetrics[]> {
  return new Promise((resolve) => {
    const finish = (scopes: readonly ScopeMetrics[]): void => {
      clearTimeout(timer);
      port.off('message', finish);
      port.off('close', onClose);
      port.unref();
      resolve(scopes);
    };
    const onClose = (): void => finish([]);
    const timer = setTimeout(onClose, ANSWER_MS_MAX);
    port.on('message', finish);
    port.once('close', onClose);
    port.postMessage('collect');
  });
}

function labelled({ scope, metrics }: ScopeMetrics, thread: number): ScopeMetrics {
  return { scope, metrics: metrics.map((metric) => withThread(metric, thread)) };
}

function withThread(metric: MetricData, thread: number): MetricData {
  for (const point of metric.dataPoints) {
    Object.assign(point, { attributes: { ...point.attributes, thread } });
  }
  return metric;
}
