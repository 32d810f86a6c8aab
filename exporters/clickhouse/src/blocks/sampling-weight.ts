import type { StringColumn } from '@sonde/proto';
import { readVarint } from '@sonde/store';

/** 2^56: thresholds are 56-bit numbers. */
const THRESHOLD_RANGE = 2 ** 56;

/**
 * How many spans each span stands for: the inverse of the sampling probability that its trace
 * state's threshold says (`ot=th:c` is one in four; OpenTelemetry, "TraceState: probability
 * sampling"). Undefined when all rows stand for themselves.
 */
export function samplingWeights(traceState: StringColumn, count: number): Float64Array | undefined {
  // One byte a row is the empty string in every row.
  if (traceState.run.length === count) return undefined;
  const weights = new Float64Array(count).fill(1);
  const { bytes } = traceState.run;
  for (let row = 0; row < count; row++) {
    const start = traceState.start[row];
    if (bytes[start] === 0) continue;
    const { value: length, next } = readVarint(bytes, start);
    weights[row] = weightOf(asciiText(bytes.subarray(next, next + length)));
  }
  return weights;
}

/** W3C: a trace state has at most 512 characters that propagate. */
const TRACE_STATE_CHARACTERS_MAX = 512;

function asciiText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, TRACE_STATE_CHARACTERS_MAX));
}

/** 1 without a threshold, or with one that is none. */
export function weightOf(traceState: string): number {
  const member = /(?:^|,)\s*ot=([^,]*)/.exec(traceState);
  const threshold = /(?:^|;)th:([0-9a-f]{1,14})(?:;|\s*$)/.exec(member?.[1] ?? '');
  if (threshold === null) return 1;
  const rejected = Number.parseInt(threshold[1].padEnd(14, '0'), 16);
  return THRESHOLD_RANGE / (THRESHOLD_RANGE - rejected);
}
