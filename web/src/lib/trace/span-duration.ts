import type { Span } from '@sonde/backend/api-contract';
import { formatDuration } from '../format/duration.ts';

/** Durations are doubles: of a time since 1970 they are exact to 256 ns. */
const ROUNDING_NS = 1024;

/** Whether it was sent without an end (0): its duration says when it began, not how long it took. */
export function hasNoEnd({ startUnixNano, durationNs }: Span): boolean {
  return Math.abs(Number(startUnixNano) + durationNs) <= ROUNDING_NS;
}

/** How long a span took, in words. Negative where it ends before it starts: as it was sent. */
export function saySpanDuration(span: Span): string {
  return hasNoEnd(span) ? 'no end' : formatDuration(span.durationNs);
}

/** What is to say about ends that cannot be, a sentence each; most often nothing. */
export function sayOddEnds(spans: readonly Span[]): string[] {
  const odd = spans.filter(({ durationNs }) => durationNs < 0);
  const endless = odd.filter(hasNoEnd).length;
  const negative = odd.length - endless;
  const said: string[] = [];
  if (endless === 1) said.push('1 span was sent without an end.');
  if (endless > 1) said.push(`${endless} spans were sent without an end.`);
  if (negative === 1)
    said.push(`1 span ends before it starts: a clock was set while it ran. ${AS_SENT}`);
  if (negative > 1) {
    said.push(
      `${negative} spans end before they start: a clock was set while they ran. ${AS_SENT}`,
    );
  }
  return said;
}

const AS_SENT = 'Times are shown as sent.';

/** What is to say about spans that share their id; nothing when none does. */
export function saySharedIds(spans: readonly Span[]): string[] {
  const count = spans.length - new Set(spans.map(({ spanId }) => spanId)).size;
  if (count === 0) return [];
  const who = count === 1 ? '1 span has' : `${count} spans have`;
  return [`${who} the id of another one: what names it as a parent hangs below the first.`];
}
