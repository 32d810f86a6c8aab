import type { QueryCost } from './error.ts';

/** What became of a pattern against the baseline. */
export type PatternChange = 'new' | 'gone' | 'more' | 'less' | 'same';

/** What a person decided about a pattern. */
export interface PatternDecision {
  /** Empty: none. */
  readonly name: string;
  readonly isMuted: boolean;
  readonly isPinned: boolean;
  /** Of so many lines one is stored; 1: all, 0: none. */
  readonly keepOneIn: number;
  /** Whether that is so for errors, too. */
  readonly alsoErrors: boolean;
  /** Bytes of bodies a day that are not stored by it, as of when it was decided. */
  readonly savedBytesADay: number;
}

/** A kind of log line of one service. */
export interface PatternSummary {
  /** The smallest of the ids of its lines; any of them names it. */
  readonly id: string;
  readonly service: string;
  /** With `<*>` where lines differ; empty while it is not known yet, or for lines without a pattern. */
  readonly template: string;
  /** A line of it. */
  readonly sample: string;
  /** Lines in the range, by sampling weight. */
  readonly count: number;
  /** Of all lines of the scope, 0 to 1. */
  readonly share: number;
  /** Of the bodies. */
  readonly bytes: number;
  /** The severity number that most of its lines have. */
  readonly severityNumber: number;
  /** Lines a step. */
  readonly trend: readonly number[];
  /** Of all that is kept; null where the day is over of which it was. */
  readonly firstSeenMs: number | null;
  readonly lastSeenMs: number;
  readonly change: PatternChange;
  /** Lines of the baseline. */
  readonly baselineCount: number;
  /** What there would be if all were as in the baseline. */
  readonly expectedCount: number;
  readonly decision: PatternDecision;
  /** Ids of patterns that a person put into this one. */
  readonly merged: readonly string[];
}

/** `GET /patterns`. */
export interface PatternsResponse {
  readonly fromMs: number;
  readonly stepMs: number;
  /** Pinned ones first, then by count; those that are gone are last. */
  readonly patterns: readonly PatternSummary[];
  /** Patterns of the scope, also those that have no place in the answer. */
  readonly patternCount: number;
  /** Lines of the scope, by sampling weight. */
  readonly total: number;
  readonly baselineTotal: number;
  /** Lines without a pattern: noise, or from before there were patterns. */
  readonly unpatterned: number;
  /** Versions with lines in the range or the baseline, of the service that is looked at. */
  readonly versions: readonly string[];
  readonly cost: QueryCost;
}

/** `GET /patterns/values`: what stands at one `<*>` of a template. */
export interface PatternValuesResponse {
  /** Lines that were looked at; the newest. */
  readonly lines: number;
  readonly distinct: number;
  /** The most frequent ones. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Where all are numbers. */
  readonly numbers: {
    readonly min: number;
    readonly p50: number;
    readonly p95: number;
    readonly max: number;
  } | null;
  readonly cost: QueryCost;
}

/** Body of `PUT /patterns`: what is left out stays. */
export interface PatternChangeRequest {
  readonly service: string;
  readonly id: string;
  readonly name?: string;
  readonly isMuted?: boolean;
  readonly isPinned?: boolean;
  /** Another pattern of the service; null takes it out again. */
  readonly mergedInto?: string | null;
  readonly keepOneIn?: number;
  readonly alsoErrors?: boolean;
}

/** Answer of `PUT /patterns`. */
export interface PatternChangeResponse {
  readonly settingsVersion: number;
  readonly decision: PatternDecision;
}
