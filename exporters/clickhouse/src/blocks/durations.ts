/** `end - start` of two-word times, a row each, modulo 2^64: negative when they are reversed. */
export function subtractTimes(end: Int32Array, start: Int32Array, count: number): Int32Array {
  const difference = new Int32Array(count * 2);
  for (let i = 0; i < count * 2; i += 2) {
    const endLow = end[i] >>> 0;
    const startLow = start[i] >>> 0;
    difference[i] = endLow - startLow;
    difference[i + 1] = end[i + 1] - start[i + 1] - (endLow < startLow ? 1 : 0);
  }
  return difference;
}
