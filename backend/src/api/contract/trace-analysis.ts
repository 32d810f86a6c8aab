import type { QueryCost } from './error.ts';
import type { SpansScopeQuery } from './queries.ts';
import type { SpanKindName } from './services.ts';

/**
 * What every analysis of traces is asked with. The window and filters are those of the heatmap; the
 * box is the part of it that is selected, without one everything is. With
 * `Accept: application/x-ndjson` the answer is lines of `AnalysisLine`.
 */
export interface AnalysisQuery extends SpansScopeQuery {
  readonly boxFrom?: number;
  readonly boxTo?: number;
  readonly boxMinNs?: number;
  readonly boxMaxNs?: number;
  /** Only traces whose span in the box failed. */
  readonly errorsOnly?: boolean;
  /** Health checks and other auxiliary requests count too. */
  readonly auxiliary?: boolean;
  /** `rest` when absent. */
  readonly baseline?: 'rest' | 'earlier' | 'version';
  /** `service.version` of the baseline. */
  readonly version?: string;
}

/** `GET /traces/analysis/breakdown`. */
export interface BreakdownQuery extends AnalysisQuery {
  /** The service most often asked for when absent. */
  readonly service?: string;
}

export interface AnalysisProgress {
  /** What is being done, for people. */
  readonly step: string;
  readonly done: number;
  readonly of: number;
}

/** One line of a streamed answer: progress, then exactly one answer or error. */
export type AnalysisLine<Answer> =
  | { readonly progress: AnalysisProgress }
  | { readonly answer: Answer }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint?: string } };

/** How much was selected and looked at; of stored traces, without weight. */
export interface AnalysisSelection {
  readonly traces: number;
  /** 1: every trace was looked at; else one in so many, by time and by its id. `traces` is exact. */
  readonly everyNth: number;
  /** To half a percent. */
  readonly baselineTraces: number;
  readonly baselineEveryNth: number;
  /** Traces in the box that a rule took for auxiliary requests. */
  readonly auxiliaryTraces: number;
}

/** Requests that begin with one operation; counts have the sampling weight applied. */
export interface OverviewRow {
  readonly service: string;
  readonly name: string;
  readonly requests: number;
  readonly perSecond: number;
  readonly errors: number;
  /** Durations of the first span, nanoseconds. */
  readonly durationP50Ns: number;
  readonly durationP95Ns: number;
  readonly durationP99Ns: number;
}

export interface TracesOverviewResponse {
  readonly selection: AnalysisSelection;
  /** Most requests first. */
  readonly rows: readonly OverviewRow[];
  /** How many there are; `rows` has the first. */
  readonly rowsTotal: number;
  /** Of all rows, those not given too: its quantiles are of all requests. */
  readonly total: OverviewRow;
  /** Selected traces whose first span is not stored: they are in no row. */
  readonly rootless: number;
  readonly cost: QueryCost;
}

/** Errors of one origin: a service, a span and a message. */
export interface ErrorCause {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKindName;
  /** With numbers, ids and quoted words taken out; empty without a message. */
  readonly message: string;
  readonly exceptionType: string;
  /** Stored traces with such an error. */
  readonly traces: number;
  /** Of the selected traces, 0 to 1. */
  readonly share: number;
  /** Of `traces`: the first span ended well all the same. */
  readonly tracesEndedWell: number;
  readonly spans: number;
  /** Traces a step of the range, from `fromMs`. */
  readonly trend: readonly number[];
  /** Milliseconds; looked for a day further back than the range. */
  readonly firstSeenMs: number;
  /** It was there before the range. */
  readonly seenBefore: boolean;
  readonly sample: {
    readonly traceId: string;
    readonly spanId: string;
    readonly atMs: number;
    readonly message: string;
    /** Empty where the span has none. */
    readonly stack: string;
  };
}

export interface ErrorCausesResponse {
  readonly selection: AnalysisSelection;
  readonly fromMs: number;
  readonly stepMs: number;
  /** Most traces first. */
  readonly causes: readonly ErrorCause[];
  readonly causesTotal: number;
  /** Selected traces with any error. */
  readonly failedTraces: number;
  readonly cost: QueryCost;
}

/** Times of one side: sums over the traces looked at, weight applied, nanoseconds. */
export interface FrameTimes {
  readonly spans: number;
  readonly errors: number;
  /** Wall-clock time in the span itself; moments with several running spans are divided. */
  readonly selfNs: number;
  readonly totalNs: number;
  readonly criticalSelfNs: number;
  readonly criticalTotalNs: number;
}

export interface FlameFrame {
  /** Index of the frame above, -1 of the first. */
  readonly parent: number;
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKindName;
  /** `all` is the first frame; `missing`: the caller is not stored; `other`: small ones together. */
  readonly what: 'all' | 'span' | 'missing' | 'other';
  readonly selected: FrameTimes;
  readonly baseline: FrameTimes;
}

/** What was wrong with the traces that were looked at. */
export interface TraceNotes {
  readonly spans: number;
  /** Traces with more spans than are looked at (their longest were), and the spans left out. */
  readonly cutTraces: number;
  readonly cutSpans: number;
  readonly missingParents: number;
  readonly inCycles: number;
  readonly skewed: number;
  readonly negativeDurations: number;
}

export interface LatencyResponse {
  readonly selection: AnalysisSelection;
  /** Requests that the times are of, weight applied: a mean is a time divided by them. */
  readonly requests: { readonly selected: number; readonly baseline: number };
  /** Parents before their children. */
  readonly frames: readonly FlameFrame[];
  readonly notes: TraceNotes;
  readonly cost: QueryCost;
}

export interface PartTimes {
  readonly timeNs: number;
  readonly calls: number;
  readonly errors: number;
  /** Requests with such a call. */
  readonly requests: number;
}

export interface BreakdownPart {
  readonly kind: 'own' | 'service' | 'dependency' | 'dns' | 'connect' | 'tls';
  readonly name: string;
  readonly selected: PartTimes;
  readonly baseline: PartTimes;
}

export interface BreakdownResponse {
  readonly selection: AnalysisSelection;
  readonly service: string;
  /** Services of the selected traces, most spans first. */
  readonly services: readonly string[];
  readonly requests: { readonly selected: number; readonly baseline: number };
  readonly timeNs: { readonly selected: number; readonly baseline: number };
  /** Most time first. */
  readonly parts: readonly BreakdownPart[];
  readonly notes: TraceNotes;
  readonly cost: QueryCost;
}

/** Something that a trace may have. */
export interface TraceFeature {
  /** `time`: wall-clock time of an operation's spans together, as a range. */
  readonly on: 'span' | 'resource' | 'event' | 'operation' | 'time';
  /** Attribute key; service of an operation or a time. */
  readonly key: string;
  /** Attribute value; name of the operation. */
  readonly value: string;
  /** Of `time` alone, nanoseconds. */
  readonly minNs?: number;
  readonly maxNs?: number;
}

/** How frequent it is on both sides; shares of traces, 0 to 1. */
export interface Difference {
  readonly features: readonly TraceFeature[];
  readonly selectedTraces: number;
  readonly baselineTraces: number;
  readonly selectedShare: number;
  readonly baselineShare: number;
  /** 0 to 300; at 2 a difference by chance has a probability of 0.01, all comparisons counted. */
  readonly score: number;
  /** Of traces of both sides that have it; absent for pairs. */
  readonly errorRatio?: number;
  readonly durationP50Ns?: number;
  readonly durationP95Ns?: number;
}

/** Selected traces that have the same features. */
export interface ExplainedTraces {
  readonly features: readonly TraceFeature[];
  readonly selectedTraces: number;
  readonly baselineTraces: number;
}

export interface ComparisonResponse {
  readonly selection: AnalysisSelection;
  /** Traces that were looked at. */
  readonly compared: { readonly selected: number; readonly baseline: number };
  /** What tells the selection from the baseline, the largest difference first. */
  readonly differences: readonly Difference[];
  /** Two values that together tell more than each alone. */
  readonly pairs: readonly Difference[];
  /** At most three groups that explain the selection. */
  readonly groups: readonly ExplainedTraces[];
  /** Keys with almost a value per trace, not compared. */
  readonly suppressedKeys: readonly string[];
  readonly comparedKeys: number;
  readonly cost: QueryCost;
}
