export interface SeriesValues {
  /** At the step asked for, or the last one there is. */
  readonly at: number | undefined;
  readonly min: number | undefined;
  readonly mean: number | undefined;
  readonly max: number | undefined;
}

/** Figures for the legend; steps without a value do not count. */
export function describeValues(
  values: readonly (number | null)[],
  step: number | null,
): SeriesValues {
  const present = values.filter((value) => value !== null);
  const at = step === null ? present.at(-1) : (values[step] ?? undefined);
  if (present.length === 0) return { at, min: undefined, mean: undefined, max: undefined };
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of present) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { at, min, mean: sum / present.length, max };
}
