import type { QueryCost } from './error.ts';

export type CoverageSignal = 'metrics' | 'logs' | 'requests' | 'traces';

/**
 * What is seen of one signal of a service: of processes for metrics and logs, of connections for
 * requests, of spans for traces. `none`: there is nothing to see.
 */
export interface SignalCoverage {
  readonly state: 'seen' | 'partly' | 'unseen' | 'none';
  readonly seen: number;
  readonly total: number;
  /** Who sees it. */
  readonly by: readonly ('agent' | 'sdk')[];
}

/** Something that is not seen. */
export interface CoverageHole {
  readonly signal: CoverageSignal;
  /** `pipe`, `tls`, `no_agent` and so on: docs/agent.md has them. */
  readonly reason: string;
  /** Processes or connections; 0 where nobody counts. */
  readonly count: number;
  /** Why, for people. */
  readonly why: string;
  /** The line that closes it: a command, or a setting. */
  readonly fix: string;
}

export interface ServiceCoverage {
  readonly service: string;
  readonly namespace: string;
  readonly own: boolean;
  readonly hosts: readonly string[];
  /** Of the agent's hosts. */
  readonly processes: number;
  readonly signals: Readonly<Record<CoverageSignal, SignalCoverage>>;
  readonly holes: readonly CoverageHole[];
}

export interface HostCoverage {
  readonly host: string;
  readonly services: number;
  readonly processes: number;
}

export interface CoverageResponse {
  readonly fromMs: number;
  readonly toMs: number;
  /** Hosts with an agent. */
  readonly hosts: readonly HostCoverage[];
  /** Those with most holes first. */
  readonly services: readonly ServiceCoverage[];
  readonly cost: QueryCost;
}
