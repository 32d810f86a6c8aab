const NS_PER_MS = 1_000_000n;

/**
 * The time at which the row's batch was received, in nanoseconds since 1970: a replay sees the same
 * one. The clock where a cursor does not know.
 */
export function receivedUnixNano(cursor: unknown): bigint {
  if (typeof cursor === 'object' && cursor !== null && 'receivedUnixNano' in cursor) {
    const { receivedUnixNano: received } = cursor;
    if (typeof received === 'bigint') return received;
  }
  return BigInt(Date.now()) * NS_PER_MS;
}
