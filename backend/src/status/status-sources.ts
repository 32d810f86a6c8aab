import type { DeadLetterStatus, PartStatus } from '../api/contract/index.ts';

/** Another process's health: 2xx is ok, and what it does is `detail`. */
export interface HealthUrl {
  readonly url: string;
  readonly detail: string;
}

/** Pages in the Prometheus text format: of gateways, and of the processes behind Kafka. */
export interface MetricsPages {
  readonly urls: readonly string[];
}

/** A number in such pages: the sum over all samples of these names. */
export interface MetricsNumber extends MetricsPages {
  readonly metrics: readonly string[];
}

/** One part of Sonde outside the backend. */
export interface PartSource {
  readonly name: string;
  readonly health: HealthUrl | (() => Promise<Pick<PartStatus, 'state' | 'detail'>>);
}

export type NumberSource = MetricsNumber | (() => Promise<number>);

/** Where the status of parts comes from that the backend does not see itself; the CLI knows them. */
export interface StatusSources {
  readonly parts: readonly PartSource[];
  /** Records in the buffer that are not in the store yet. */
  readonly bufferLag?: NumberSource;
  /** What lies in the dead letters, by kind. */
  readonly deadLetters?: MetricsPages | (() => Promise<readonly DeadLetterStatus[]>);
  /** What gateways and processes refused, lost and could not store. */
  readonly gatewayMetrics?: MetricsPages;
}
