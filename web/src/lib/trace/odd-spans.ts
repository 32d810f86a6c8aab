import type { Span } from '@sonde/backend/api-contract';
import { formatCounted } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import type { TraceLayout } from './layout.ts';

const NO_PARENT = -1;

/** What is to say about spans that have themselves as an ancestor; nothing when none does. */
export function sayCircles({ spans, parentRow, orphan }: TraceLayout): string[] {
  // Such a circle is opened at one span, which is drawn as a root though it names a parent.
  const opened = spans.filter(
    ({ parentSpanId }, row) =>
      parentSpanId !== '' && parentRow[row] === NO_PARENT && orphan[row] !== 1,
  ).length;
  if (opened === 0) return [];
  return [
    opened === 1
      ? '1 span has itself as an ancestor, or is its own parent: it stands at the left edge.'
      : `${opened} spans have themselves as an ancestor, or are their own parents: they stand at the left edge.`,
  ];
}

/** What is to say about spans that were sent with a time that cannot be; nothing when none was. */
export function sayMoved(spans: readonly Span[]): string[] {
  const services = new Set<string>();
  let [count, farthestNs] = [0, 0];
  for (const { sentStartUnixNano, startUnixNano, service } of spans) {
    if (sentStartUnixNano === undefined) continue;
    count++;
    services.add(service);
    const byNs = Number(BigInt(sentStartUnixNano) - BigInt(startUnixNano));
    if (Math.abs(byNs) > Math.abs(farthestNs)) farthestNs = byNs;
  }
  if (count === 0) return [];
  const [first = ''] = services;
  const who = services.size === 1 ? first : `${services.size} services`;
  const far = formatDuration(Math.abs(farthestNs));
  const way = farthestNs > 0 ? 'ahead' : 'behind';
  const stand = count === 1 ? 'stands' : 'stand';
  return [
    `${formatCounted(count, 'span')} of ${who} ${stand} where received: the time sent is ${far} ${way}.`,
  ];
}
