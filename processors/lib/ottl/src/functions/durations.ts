import { DurationError, parseDuration } from '@sonde/time-text';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import { DurationValue } from '../value/value.ts';
import { ofDuration, ofString } from './define.ts';

function durationOf(text: string): DurationValue {
  try {
    return new DurationValue(parseDuration(text));
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new EvaluationError(error.message);
  }
}

/** Whole units and the rest apart, as Go does: no digit is lost in a float64. */
function unitsIn(name: string, unitNs: bigint): FunctionDefinition {
  return ofDuration(
    name,
    ({ nanos }) => Number(nanos / unitNs) + Number(nanos % unitNs) / Number(unitNs),
  );
}

export const DURATIONS: readonly FunctionDefinition[] = [
  ofString('Duration', durationOf),
  unitsIn('Hours', 3_600_000_000_000n),
  unitsIn('Minutes', 60_000_000_000n),
  unitsIn('Seconds', 1_000_000_000n),
  ofDuration('Milliseconds', ({ nanos }) => nanos / 1_000_000n),
  ofDuration('Microseconds', ({ nanos }) => nanos / 1_000n),
  ofDuration('Nanoseconds', ({ nanos }) => nanos),
];
