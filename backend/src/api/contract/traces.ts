import type { QueryCost } from './error.ts';
import type { LatencyHeatmap, SpanKindName } from './services.ts';

export interface TraceSummary {
  readonly traceId: string;
  /** Empty, like `rootName`, as long as no root span has arrived. */
  readonly rootService: string;
  readonly rootName: string;
  readonly startMs: number;
  readonly durationNs: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly string[];
}

export interface TracesResponse {
  readonly traces: readonly TraceSummary[];
  /** Pass as `cursor` for the next page; absent on the last. */
  readonly nextCursor?: string;
  readonly cost: QueryCost;
}

export type AttributeType =
  | 'empty'
  | 'string'
  | 'bool'
  | 'int'
  | 'double'
  | 'array'
  | 'kvlist'
  | 'bytes';

/** In the order sent, duplicates kept. `value` is text: decimal, `true`, JSON for nested, base64 for bytes. */
export interface Attribute {
  readonly key: string;
  readonly type: AttributeType;
  readonly value: string;
}

export interface SpanEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: readonly Attribute[];
}

export interface Span {
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly startUnixNano: string;
  readonly durationNs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
  readonly traceState: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly origin: 'sdk' | 'ebpf' | 'derived';
  readonly attributes: readonly Attribute[];
  readonly resourceFingerprint: string;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** The sent start time, when the time rule moved the span; else absent. */
  readonly sentStartUnixNano?: string;
}

export interface TraceResponse {
  readonly traceId: string;
  readonly startUnixNano: string;
  readonly durationNs: number;
  /** In start order: the first `spansMax` at most, and of those after them errors alone. */
  readonly spans: readonly Span[];
  /** Of the whole trace, like `errorCount`, `serviceCount` and `durationNs`: not of `spans`. */
  readonly spanCount: number;
  readonly errorCount: number;
  readonly serviceCount: number;
  readonly truncated: boolean;
  /** By fingerprint. */
  readonly resources: Readonly<Record<string, readonly Attribute[]>>;
  readonly cost: QueryCost;
}

/**
 * `GET /traces/{traceId}/outline`: all spans of a trace that is too large to be given whole, as
 * columns. Entry i of each list is span i, in start order.
 */
export interface TraceOutlineResponse {
  readonly traceId: string;
  /** Of the first span; `startNs` counts from there. */
  readonly startUnixNano: string;
  /** Of the whole trace: more than there are entries when the trace is over the limit. */
  readonly spanCount: number;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly spanIds: readonly string[];
  /** The entry of the parent; -1 for a root, -2 for a parent that is not there. */
  readonly parents: readonly number[];
  /** Entries of `services` and `names`. */
  readonly serviceOf: readonly number[];
  readonly nameOf: readonly number[];
  readonly kinds: readonly SpanKindName[];
  /** Entries of `kinds`. */
  readonly kindOf: readonly number[];
  readonly startNs: readonly number[];
  readonly durationNs: readonly number[];
  /** Entries of those spans whose status is error. */
  readonly errors: readonly number[];
  readonly cost: QueryCost;
}

/** `GET /traces/{traceId}/spans/{spanId}`. */
export interface SpanResponse {
  readonly span: Span;
  /** Attributes of its resource. */
  readonly resource: readonly Attribute[];
  readonly cost: QueryCost;
}

/** One span of a list. */
export interface SpanSummary {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly startUnixNano: string;
  readonly durationNs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
}

export interface SpansResponse {
  /** Newest first. A page may hold less than was asked for and go on: it is answered in a second. */
  readonly spans: readonly SpanSummary[];
  /** Pass as `cursor` for the next page; absent when the whole range was looked at. */
  readonly nextCursor?: string;
  /** Every span from there to the end of the range was looked at, milliseconds. */
  readonly scannedFromMs: number;
  readonly cost: QueryCost;
}

/** Latency and errors over time of the spans that match. Counts have the sampling weight applied. */
export interface SpanHeatmapResponse {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly heatmap: LatencyHeatmap;
  readonly requestsByStep: readonly number[];
  readonly errorsByStep: readonly number[];
  readonly total: number;
  readonly errors: number;
  readonly durationP50Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
  /** Some of the spans stand for others that were sampled away: counts are estimates. */
  readonly sampled: boolean;
  /** Spans that were counted, without weight; absent where roll-ups answered. */
  readonly stored?: number;
  /** What answered: roll-ups a minute, or the spans themselves. */
  readonly path: 'rollup' | 'raw';
  readonly cost: QueryCost;
}

/** Spans with one value of what they are grouped by. */
export interface SpanGroup {
  readonly value: string;
  /** Sampling weight applied. */
  readonly count: number;
  /** Without weight. */
  readonly stored: number;
  readonly perSecond: number;
  readonly errors: number;
  readonly durationP50Ns: number;
  readonly durationP90Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
  readonly durationMaxNs: number;
  /** Traces of these spans, when asked for. */
  readonly traces?: number;
}

export interface SpanGroupsResponse {
  readonly groups: readonly SpanGroup[];
  /** How many there are; `groups` has the first by the sort. */
  readonly groupsTotal: number;
  readonly cost: QueryCost;
}

export interface AttributeKey {
  readonly key: string;
  /** `field`: a property of every span such as `service` or `duration`. */
  readonly on: 'field' | 'span' | 'resource';
  /** Estimate; 0 of fields. */
  readonly entries: number;
}

export interface AttributeKeysResponse {
  readonly keys: readonly AttributeKey[];
  readonly cost: QueryCost;
}

export interface AttributeValue {
  readonly value: string;
  /** Estimate; 0 where it is not known. */
  readonly count: number;
}

export interface AttributeValuesResponse {
  readonly values: readonly AttributeValue[];
  readonly cost: QueryCost;
}

/** Where a span stands among its peers: same service, name and kind, in the hour that ends with it. */
export interface SpanPeersResponse {
  /** Itself among them; sampling weight applied. */
  readonly peers: number;
  readonly errors: number;
  /** 0 to 1, from roll-ups: within a bucket of 19 % by the logarithm. */
  readonly shareFaster: number;
  readonly durationP50Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
  readonly cost: QueryCost;
}

export interface BackLinksResponse {
  /** Spans that link to the trace, newest first. */
  readonly spans: readonly SpanSummary[];
  readonly cost: QueryCost;
}
