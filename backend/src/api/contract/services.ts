import type { QueryCost } from './error.ts';

/** Rate, errors and latency of one service over the asked range, from roll-ups. */
export interface ServiceSummary {
  readonly service: string;
  readonly namespace: string;
  readonly environment: string;
  /** Which instrumentation saw the requests that are counted. */
  readonly origin: 'sdk' | 'ebpf' | 'derived';
  /** Requests served (server and consumer spans, internal roots; sampling weight applied). */
  readonly requests: number;
  readonly errors: number;
  readonly requestsPerSecond: number;
  /** 0 to 1. */
  readonly errorRatio: number;
  readonly durationP50Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
  /** Requests and errors a step, oldest first, zero-filled; `step` of the answer is its width. */
  readonly requestsByStep: readonly number[];
  readonly errorsByStep: readonly number[];
  /** Some of the requests stand for others that were sampled away: counts are estimates. */
  readonly sampled: boolean;
  /** True for Sonde's own services. */
  readonly own: boolean;
  /** The same over the range of the same length before; absent when it served nothing then. */
  readonly before?: ServiceBefore;
}

/** What a service was in the time before, to say what changed. */
export interface ServiceBefore {
  readonly requestsPerSecond: number;
  readonly errorRatio: number;
  readonly durationP95Ns: number;
}

export interface ServicesResponse {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly services: readonly ServiceSummary[];
  readonly cost: QueryCost;
}

/** One entry operation of a service. */
export interface OperationSummary {
  readonly name: string;
  readonly kind: SpanKindName;
  readonly requests: number;
  readonly errors: number;
  readonly durationP50Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
}

export interface ServiceDetailResponse {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly service: string;
  /** Whether any span of it lies in the range; one that is no request counts too. */
  readonly seen: boolean;
  /** As in `ServiceSummary`. */
  readonly sampled: boolean;
  readonly operations: readonly OperationSummary[];
  /** All entry operations together, a value a step. */
  readonly requestsByStep: readonly number[];
  readonly errorsByStep: readonly number[];
  readonly durationP50NsByStep: readonly (number | null)[];
  readonly durationP95NsByStep: readonly (number | null)[];
  /** Latency over time: requests in log-spaced duration buckets, for the heatmap. */
  readonly heatmap: LatencyHeatmap;
  readonly cost: QueryCost;
}

/** `counts[step][bucket]`; bucket i covers `[bucketsNs[i], bucketsNs[i + 1])`. */
export interface LatencyHeatmap {
  readonly bucketsNs: readonly number[];
  readonly counts: readonly (readonly number[])[];
  readonly errors: readonly (readonly number[])[];
}

export type SpanKindName =
  | 'unspecified'
  | 'internal'
  | 'server'
  | 'client'
  | 'producer'
  | 'consumer';
