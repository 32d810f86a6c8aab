import type { PartStatus } from '../api/contract/index.ts';

/** Another process's health: 2xx is ok, and what it does is `detail`. */
export interface HealthUrl {
  readonly url: string;
  readonly detail: string;
}

/** A page in the Prometheus text format. */
export interface MetricsUrl {
  readonly url: string;
}

/** A number in a Prometheus text page: the sum over all samples of that name. */
export interface MetricUrl {
  readonly url: string;
  readonly metric: string;
}

/** One part of Sonde outside the backend. */
export interface PartSource {
  readonly name: string;
  readonly health: HealthUrl | (() => Promise<Pick<PartStatus, 'state' | 'detail'>>);
}

export type NumberSource = MetricUrl | (() => Promise<number>);

/** Where the status of parts comes from that the backend does not see itself; the CLI knows them. */
export interface StatusSources {
  readonly parts: readonly PartSource[];
  /** Records in the buffer that are not in the store yet. */
  readonly bufferLag?: NumberSource;
  /** Requests in the dead-letter topic. */
  readonly deadLetters?: NumberSource;
  /** The gateway's metrics: what it refused, lost and could not store. */
  readonly gatewayMetrics?: MetricsUrl;
}
