import { ANSWER_LIMITS } from './limits.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Widths that people read easily; each starts at a whole multiple of itself since the epoch. */
const WIDTHS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7].map((n) => n * DAY),
];

/** A range cut into steps of one width; step i starts at `fromMs + i * stepMs`. */
export interface TimeSteps {
  /** Start of the first step: at or before the start that was asked for. */
  readonly fromMs: number;
  /** The end that was asked for; the last step may reach beyond it. */
  readonly toMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export interface StepWish {
  /** Steps to aim at; there are at most that many, and one more when the start is not aligned. */
  readonly stepsWanted: number;
  /** Width below which the data has no values of its own (roll-ups: a minute). */
  readonly stepMsMin: number;
}

/** Cuts `[from, to)` into the narrowest readable steps that keep to the wish. */
export function timeSteps(range: { from: number; to: number }, wish: StepWish): TimeSteps {
  const wanted = Math.min(wish.stepsWanted, ANSWER_LIMITS.stepsMax);
  const width = Math.max((range.to - range.from) / wanted, wish.stepMsMin);
  const stepMs = WIDTHS_MS.find((candidate) => candidate >= width) ?? 7 * DAY;
  return stepsOf(range, stepMs);
}

/** Cuts `[from, to)` into steps of a width that was asked for. */
export function stepsOf(range: { from: number; to: number }, stepMs: number): TimeSteps {
  const fromMs = Math.floor(range.from / stepMs) * stepMs;
  return { fromMs, toMs: range.to, stepMs, count: Math.ceil((range.to - fromMs) / stepMs) };
}

/** Steps of the same width over the time of the same length before. */
export function stepsBefore(steps: TimeSteps): TimeSteps {
  const { fromMs, toMs, stepMs } = steps;
  return stepsOf({ from: fromMs - (toMs - fromMs), to: fromMs }, stepMs);
}

/** A value a step from `indexes[i]` -> `values[i]`; the other steps hold `empty`. */
export function spread<T>(
  steps: TimeSteps,
  pairs: { readonly indexes: readonly number[]; readonly values: readonly T[] },
  empty: T,
): T[] {
  const filled = new Array<T>(steps.count).fill(empty);
  pairs.indexes.forEach((index, i) => {
    const value = pairs.values[i];
    if (value !== undefined && index >= 0 && index < steps.count) filled[index] = value;
  });
  return filled;
}
