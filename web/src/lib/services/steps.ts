export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Index of the last value that is there; the last index when none is. */
export function latestIndex(values: readonly (number | null)[]): number {
  const index = values.findLastIndex((value) => value !== null);
  return index < 0 ? values.length - 1 : index;
}
