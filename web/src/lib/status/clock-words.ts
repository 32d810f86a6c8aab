import { formatDuration } from '../format/duration.ts';

/** A clock that is ahead by less is in step: requests overtake no one by more than that. */
const AHEAD_MS_MIN = 1000;
/** Senders keep data back for a while; later than that it is late, or dated by a clock behind. */
const BEHIND_MS_MIN = 120_000;
const NS_PER_MS = 1e6;

export interface ClockWords {
  readonly words: string;
  readonly isOff: boolean;
}

/** What the least time from event to receipt says of a sender's clock; null where it is not known. */
export function clockWords(receiptLagMs: number | null): ClockWords {
  if (receiptLagMs === null) return { words: 'not known', isOff: false };
  const size = formatDuration(Math.abs(receiptLagMs) * NS_PER_MS);
  if (receiptLagMs <= -AHEAD_MS_MIN) return { words: `${size} ahead, at least`, isOff: true };
  if (receiptLagMs >= BEHIND_MS_MIN) return { words: `${size} behind, or sent late`, isOff: true };
  return { words: 'in step', isOff: false };
}
