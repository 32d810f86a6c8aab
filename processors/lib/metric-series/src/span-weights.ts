import { nativeText, type SpanColumns } from '@sonde/proto';

/** How many spans a span stands for. */
export interface SpanWeight {
  readonly weight: number;
  /** Whether a sampler said so. */
  readonly isAdjusted: boolean;
}

const ONE: SpanWeight = { weight: 1, isAdjusted: false };

/** 2^56: thresholds are 56-bit numbers. */
const THRESHOLD_RANGE = 2 ** 56;

/** Spans of a trace stand together and have one trace state. */
export class SpanWeights {
  readonly #columns: SpanColumns;
  readonly #isPlain: boolean;
  #text = '';
  #known: SpanWeight = ONE;

  constructor(columns: SpanColumns) {
    this.#columns = columns;
    // One byte a row is the empty string in every row.
    this.#isPlain = columns.traceState.run.length === columns.count;
  }

  of(row: number): SpanWeight {
    if (this.#isPlain) return ONE;
    const { run, start } = this.#columns.traceState;
    const text = nativeText(run, start[row] ?? 0);
    if (text !== this.#text) {
      this.#text = text;
      this.#known = weightOf(text);
    }
    return this.#known;
  }
}

/**
 * The inverse of the sampling probability that the threshold of a trace state says: `ot=th:c` is one
 * in four (OpenTelemetry, "TraceState: probability sampling").
 */
function weightOf(traceState: string): SpanWeight {
  const member = /(?:^|,)\s*ot=([^,]*)/.exec(traceState);
  const threshold = /(?:^|;)th:([0-9a-f]{1,14})(?:;|\s*$)/.exec(member?.[1] ?? '');
  if (threshold === null) return ONE;
  const rejected = Number.parseInt((threshold[1] ?? '').padEnd(14, '0'), 16);
  return { weight: THRESHOLD_RANGE / (THRESHOLD_RANGE - rejected), isAdjusted: true };
}
