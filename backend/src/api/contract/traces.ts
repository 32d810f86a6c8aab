import type { QueryCost } from './error.ts';
import type { SpanKindName } from './services.ts';

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
