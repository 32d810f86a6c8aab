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

/**
 * Connections of a service in the last minutes: those whose requests are read by their protocol, the
 * others by why not, and by their other side.
 */
export interface ConnectionCoverage {
  readonly seen: boolean;
  /** Empty where they are not read, or nobody says. */
  readonly protocol: string;
  /** The protocol is spoken inside of TLS. */
  readonly secure: boolean;
  /** Of those that are not read, with why, for people. */
  readonly reason: string;
  readonly why: string;
  /** What the service is on them; empty of those that are read. */
  readonly side: '' | 'client' | 'server' | 'unknown';
  /** The other side: a service, a name, an address; empty where it stands for many. */
  readonly peer: string;
  /** Where they are answered; empty where nobody says. */
  readonly port: string;
  readonly count: number;
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
  /** Those that are not read first, at most 100. */
  readonly connections: readonly ConnectionCoverage[];
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
