import type { QueryCost } from './error.ts';

/** What stands at an end of calls. */
export interface MapNode {
  /** Of what is no service the name that its callers have for it: `db-1:5432`, a queue, a host. */
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly kind: 'service' | 'database' | 'messaging' | 'external';
}

/** What calls were like over a range. Counts have the sampling weight applied. */
export interface MapWork {
  readonly requests: number;
  readonly errors: number;
  readonly requestsPerSecond: number;
  /** 0 to 1. */
  readonly errorRatio: number;
  /** As the client sees it where its span is known, else as the server does. */
  readonly durationP50Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
  /** Client time less server time, of calls where both are known; null where there is none. */
  readonly gapP95Ns: number | null;
}

/** Calls from one node to another. */
export interface MapEdge extends MapWork {
  readonly client: MapNode;
  readonly server: MapNode;
  readonly origin: 'sdk' | 'ebpf' | 'derived';
  /** `http`, `rpc`, `messaging`, a database's name; empty ones are left out. */
  readonly protocols: readonly string[];
  /** The range of the same length before; absent: there were no such calls. */
  readonly before?: MapWork;
}

/** The service map over a range, from whole minutes. */
export interface MapResponse {
  readonly fromMs: number;
  readonly toMs: number;
  /** Those with most requests first. */
  readonly edges: readonly MapEdge[];
  /** Calls that were there in the range before and are not any more. */
  readonly gone: readonly MapEdge[];
  /** Minutes of the range before this one are on the map; null: none yet. */
  readonly joinedUntilMs: number | null;
  /** Calls from elsewhere, and those of them whose caller sent no span. */
  readonly calls: number;
  readonly unresolved: number;
  readonly cost: QueryCost;
}
