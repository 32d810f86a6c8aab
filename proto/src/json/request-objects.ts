/**
 * OTLP/JSON as types, for the parts of Sonde that produce telemetry. 64-bit integers are safe
 * numbers, bigints or decimal text; ids are hex or raw bytes.
 */
export type Int64 = number | bigint | string;
export type Id = string | Uint8Array;

/** Exactly one member, or none for an empty value. */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: Int64;
  readonly doubleValue?: number | string;
  readonly arrayValue?: { readonly values: readonly (AnyValue | null)[] };
  readonly kvlistValue?: { readonly values: readonly KeyValue[] };
  readonly bytesValue?: Uint8Array | string;
  /** Profiles only: an index of `stringTable`. */
  readonly stringValueStrindex?: number;
}

export interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
  /** Profiles only, instead of `key`. */
  readonly keyStrindex?: number;
}

export interface EntityRef {
  readonly schemaUrl?: string;
  readonly type: string;
  readonly idKeys: readonly string[];
  readonly descriptionKeys?: readonly string[];
}

export interface Resource {
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly entityRefs?: readonly EntityRef[];
}

export interface Scope {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
}

export interface TracesRequest {
  readonly resourceSpans: readonly {
    readonly resource?: Resource;
    readonly scopeSpans: readonly {
      readonly scope?: Scope;
      readonly spans: readonly Span[];
      readonly schemaUrl?: string;
    }[];
    readonly schemaUrl?: string;
  }[];
}

export interface Span {
  readonly traceId: Id;
  readonly spanId: Id;
  readonly traceState?: string;
  readonly parentSpanId?: Id;
  readonly flags?: number;
  readonly name: string;
  readonly kind?: number | string;
  readonly startTimeUnixNano: Int64;
  readonly endTimeUnixNano: Int64;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly events?: readonly SpanEvent[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly SpanLink[];
  readonly droppedLinksCount?: number;
  readonly status?: { readonly message?: string; readonly code?: number | string };
}

export interface SpanEvent {
  readonly timeUnixNano: Int64;
  readonly name: string;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
}

export interface SpanLink {
  readonly traceId: Id;
  readonly spanId: Id;
  readonly traceState?: string;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
}

export interface LogsRequest {
  readonly resourceLogs: readonly {
    readonly resource?: Resource;
    readonly scopeLogs: readonly {
      readonly scope?: Scope;
      readonly logRecords: readonly LogRecord[];
      readonly schemaUrl?: string;
    }[];
    readonly schemaUrl?: string;
  }[];
}

export interface LogRecord {
  readonly timeUnixNano?: Int64;
  readonly observedTimeUnixNano?: Int64;
  readonly severityNumber?: number | string;
  readonly severityText?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
  readonly traceId?: Id;
  readonly spanId?: Id;
  readonly eventName?: string;
}

export interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource?: Resource;
    readonly scopeMetrics: readonly {
      readonly scope?: Scope;
      readonly metrics: readonly Metric[];
      readonly schemaUrl?: string;
    }[];
    readonly schemaUrl?: string;
  }[];
}

/** At most one of the data members. */
export interface Metric {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints: readonly NumberPoint[] };
  readonly sum?: {
    readonly dataPoints: readonly NumberPoint[];
    readonly aggregationTemporality: number | string;
    readonly isMonotonic?: boolean;
  };
  readonly histogram?: {
    readonly dataPoints: readonly HistogramPoint[];
    readonly aggregationTemporality: number | string;
  };
  readonly exponentialHistogram?: {
    readonly dataPoints: readonly ExponentialHistogramPoint[];
    readonly aggregationTemporality: number | string;
  };
  readonly summary?: { readonly dataPoints: readonly SummaryPoint[] };
  readonly metadata?: readonly KeyValue[];
}

interface Point {
  readonly attributes?: readonly KeyValue[];
  readonly startTimeUnixNano?: Int64;
  readonly timeUnixNano: Int64;
  readonly flags?: number;
}

/** `asDouble`, `asInt` or neither: no recorded value. */
export interface NumberPoint extends Point {
  readonly asDouble?: number | string;
  readonly asInt?: Int64;
  readonly exemplars?: readonly Exemplar[];
}

export interface HistogramPoint extends Point {
  readonly count: Int64;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts?: readonly Int64[];
  readonly explicitBounds?: readonly number[];
  readonly exemplars?: readonly Exemplar[];
}

export interface ExponentialHistogramPoint extends Point {
  readonly count: Int64;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly scale: number;
  readonly zeroCount?: Int64;
  readonly zeroThreshold?: number;
  readonly positive?: Buckets;
  readonly negative?: Buckets;
  readonly exemplars?: readonly Exemplar[];
}

export interface Buckets {
  readonly offset?: number;
  readonly bucketCounts: readonly Int64[];
}

export interface SummaryPoint extends Point {
  readonly count: Int64;
  readonly sum: number;
  readonly quantileValues?: readonly { readonly quantile: number; readonly value: number }[];
}

export interface Exemplar {
  readonly timeUnixNano: Int64;
  readonly asDouble?: number | string;
  readonly asInt?: Int64;
  readonly traceId?: Id;
  readonly spanId?: Id;
  readonly filteredAttributes?: readonly KeyValue[];
}
