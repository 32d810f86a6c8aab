/** A sum of weights as a count. */
export function wholeCount(sum: number): number {
  return Math.round(sum);
}

/** Sums of weights as counts that add up to the count of all: each is within one of its sum. */
export function wholeCounts(sums: ArrayLike<number>): number[] {
  const counts: number[] = [];
  let sum = 0;
  let counted = 0;
  for (let index = 0; index < sums.length; index++) {
    sum += sums[index] ?? 0;
    const upTo = Math.round(sum);
    counts.push(upTo - counted);
    counted = upTo;
  }
  return counts;
}
