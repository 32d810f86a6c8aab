import type { QueryCost } from './error.ts';

/** What stands at an end of calls. */
export interface MapNode {
  /** Of what is no service the name that its callers have for it: `db-1:5432`, a queue, a host. */
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly kind: 'service' | 'database' | 'messaging' | 'external';
}

/**
 * What calls were like over a range, with what their connections carried. Counts of calls have the
 * sampling weight applied. Figures of connections are the client's, as an agent beside it saw them;
 * null: none did.
 */
export interface MapWork {
  readonly requests: number;
  readonly errors: number;
  /** null: no call was read, it is known by its connections alone; its other figures of calls are 0. */
  readonly requestsPerSecond: number | null;
  /** 0 to 1. */
  readonly errorRatio: number;
  /** As the client sees it where its span is known, else as the server does. */
  readonly durationP50Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
  /** Client time less server time, of calls where both are known; null where there is none. */
  readonly gapP95Ns: number | null;
  /** TCP payload that the client sent and received. */
  readonly bytesPerSecond: { readonly sent: number; readonly received: number } | null;
  /** TCP connections that were opened, and that could not be. */
  readonly connectionsPerSecond: number | null;
  readonly connectFailuresPerSecond: number | null;
  /** TCP segments that the client had to send again. */
  readonly retransmitsPerSecond: number | null;
  /**
   * Smoothed round trip times of the client's connections, one each time that an agent reported one
   * (`measures`). The quantile is one within the agent's buckets; null: these are not known.
   */
  readonly roundTrip: {
    readonly measures: number;
    readonly meanNs: number;
    readonly p95Ns: number | null;
  } | null;
}

/** Calls, or connections, from one node to another. */
export interface MapEdge extends MapWork {
  readonly client: MapNode;
  readonly server: MapNode;
  readonly origin: 'sdk' | 'ebpf' | 'derived';
  /**
   * `http`, `rpc`, `messaging`, a database's name; empty ones are left out. Of connections alone
   * `network.protocol.name`, else `tcp`.
   */
  readonly protocols: readonly string[];
  /** The earlier range of the same length; absent: there were no such calls. */
  readonly before?: MapWork;
}

/** What is known of a service beside its name. */
export interface MapPlace {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
  /** By the settings; empty: none. */
  readonly category: string;
  /** By the settings, else as its resources say; empty: none. */
  readonly team: string;
  readonly zones: readonly string[];
}

/** What a service served, whoever called: its own spans of kind server and consumer, and jobs. */
export interface MapServed {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly requestsPerSecond: number;
  /** 0 to 1. */
  readonly errorRatio: number;
  readonly durationP95Ns: number;
}

/** The service map over a range, from whole minutes. */
export interface MapResponse {
  readonly fromMs: number;
  readonly toMs: number;
  /** Those with most requests first, those of connections alone by their bytes last. */
  readonly edges: readonly MapEdge[];
  /** Start of the range that it is compared with. */
  readonly beforeFromMs: number;
  readonly places: readonly MapPlace[];
  /** Those with most requests first. */
  readonly served: readonly MapServed[];
  /** Calls that were there in the range before and are not any more. */
  readonly gone: readonly MapEdge[];
  /** True where there are more edges, or more that are gone, than are told. */
  readonly truncated: boolean;
  /** Minutes of the range before this one are on the map; null: none yet. */
  readonly joinedUntilMs: number | null;
  /** Minutes that have spans and are not on the map yet, though later ones are. */
  readonly minutesWaiting: number;
  /** Calls from elsewhere, and those of them whose caller sent no span. */
  readonly calls: number;
  readonly unresolved: number;
  readonly cost: QueryCost;
}

/** Calls by step; null: none in that step. */
export interface MapCallSteps {
  readonly requestsByStep: readonly number[];
  readonly errorsByStep: readonly number[];
  readonly durationP50NsByStep: readonly (number | null)[];
  readonly durationP95NsByStep: readonly (number | null)[];
  /** Of calls of which both sides are known. */
  readonly gapP95NsByStep: readonly (number | null)[];
}

/** Connections by step, as in `MapWork`; null: no agent saw any in that step. */
export interface MapConnectionSteps {
  readonly bytesSentByStep: readonly (number | null)[];
  readonly bytesReceivedByStep: readonly (number | null)[];
  readonly connectionsByStep: readonly (number | null)[];
  readonly connectFailuresByStep: readonly (number | null)[];
  readonly roundTripMeanNsByStep: readonly (number | null)[];
  readonly roundTripP95NsByStep: readonly (number | null)[];
}

/** Both by step. */
export interface MapSteps extends MapCallSteps, MapConnectionSteps {}

/** What is called. */
export interface MapOperation {
  readonly name: string;
  readonly protocol: string;
  readonly requestsPerSecond: number;
  /** 0 to 1. */
  readonly errorRatio: number;
  readonly durationP95Ns: number;
}

/** `GET /map/calls`: calls of one node, or from one to another, over time. */
export interface MapCallsResponse extends MapSteps {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** The most often called first. */
  readonly operations: readonly MapOperation[];
  readonly cost: QueryCost;
}
