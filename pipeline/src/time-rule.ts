/** How far in the future a timestamp may lie from the time of receipt. */
export const FUTURE_MAX_MS = 3_600_000;

const DAY_MS = 86_400_000;

export interface TimeWindow {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
}

/**
 * The time rule: a timestamp outside `[received - retention, received + 1 h]` is stored at the time
 * of receipt, the sent time kept beside it, and counted, so that no date can poison a batch.
 * A pure function of the record and the settings: no clock.
 */
export function acceptedTimes(receivedUnixMs: number, retentionDays: number): TimeWindow {
  return {
    fromUnixMs: receivedUnixMs - retentionDays * DAY_MS,
    toUnixMs: receivedUnixMs + FUTURE_MAX_MS,
  };
}
