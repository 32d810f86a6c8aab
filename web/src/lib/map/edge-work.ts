import type { MapWork } from '@sonde/backend/api-contract';
import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { formatRate } from '../format/rate.ts';
import { formatRatio } from '../format/ratio.ts';

/** What calls and connections of an edge were like. */
export interface EdgeWork extends Omit<MapWork, 'requestsPerSecond'> {
  /** 0 where no call was read. */
  readonly requestsPerSecond: number;
  /** False: it is known by its connections alone. */
  readonly isRead: boolean;
}

export const NO_WORK: EdgeWork = {
  ...{ requests: 0, errors: 0, requestsPerSecond: 0, errorRatio: 0, isRead: true },
  ...{ durationP50Ns: 0, durationP95Ns: 0, durationP99Ns: 0, gapP95Ns: null },
  ...{ bytesPerSecond: null, connectionsPerSecond: null },
  ...{ connectFailuresPerSecond: null, retransmitsPerSecond: null, roundTrip: null },
};

export function workOf(work: MapWork): EdgeWork {
  const { requestsPerSecond } = work;
  return { ...work, requestsPerSecond: requestsPerSecond ?? 0, isRead: requestsPerSecond !== null };
}

/** Of both together; of quantiles the higher: they cannot be added. */
export function sumOfWork(a: EdgeWork, b: EdgeWork): EdgeWork {
  const requests = a.requests + b.requests;
  const errors = a.errors + b.errors;
  return {
    ...{ requests, errors, errorRatio: requests === 0 ? 0 : errors / requests },
    isRead: a.isRead || b.isRead,
    requestsPerSecond: a.requestsPerSecond + b.requestsPerSecond,
    durationP50Ns: Math.max(a.durationP50Ns, b.durationP50Ns),
    durationP95Ns: Math.max(a.durationP95Ns, b.durationP95Ns),
    durationP99Ns: Math.max(a.durationP99Ns, b.durationP99Ns),
    gapP95Ns: a.gapP95Ns === null ? b.gapP95Ns : Math.max(a.gapP95Ns, b.gapP95Ns ?? 0),
    bytesPerSecond: sumOfBytes(a.bytesPerSecond, b.bytesPerSecond),
    connectionsPerSecond: sumOf(a.connectionsPerSecond, b.connectionsPerSecond),
    connectFailuresPerSecond: sumOf(a.connectFailuresPerSecond, b.connectFailuresPerSecond),
    retransmitsPerSecond: sumOf(a.retransmitsPerSecond, b.retransmitsPerSecond),
    roundTrip: sumOfRoundTrips(a.roundTrip, b.roundTrip),
  };
}

function sumOfRoundTrips(a: MapWork['roundTrip'], b: MapWork['roundTrip']): MapWork['roundTrip'] {
  if (a === null || b === null) return a ?? b;
  const measures = a.measures + b.measures;
  return {
    measures,
    meanNs: (a.meanNs * a.measures + b.meanNs * b.measures) / measures,
    p95Ns: a.p95Ns === null ? b.p95Ns : Math.max(a.p95Ns, b.p95Ns ?? 0),
  };
}

function sumOf(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}

function sumOfBytes(
  a: MapWork['bytesPerSecond'],
  b: MapWork['bytesPerSecond'],
): MapWork['bytesPerSecond'] {
  if (a === null || b === null) return a ?? b;
  return { sent: a.sent + b.sent, received: a.received + b.received };
}

/** Share of connections that could not be opened, 0 to 1. */
export function connectFailureRatio(
  work: Pick<MapWork, 'connectionsPerSecond' | 'connectFailuresPerSecond'>,
): number {
  const failures = work.connectFailuresPerSecond ?? 0;
  const tries = failures + (work.connectionsPerSecond ?? 0);
  return tries === 0 ? 0 : failures / tries;
}

/** Of requests or of connects, whichever failed more. */
export function failedRatio(work: EdgeWork): number {
  return Math.max(work.errorRatio, connectFailureRatio(work));
}

/** `sent 1.2 kB/s, received 8 kB/s`; empty where no agent saw connections. */
export function bytesText({ bytesPerSecond: bytes }: Pick<MapWork, 'bytesPerSecond'>): string {
  if (bytes === null) return '';
  return `sent ${formatBytes(bytes.sent)}/s, received ${formatBytes(bytes.received)}/s`;
}

/** Labels and figures of calls, then of connections, as far as there are such. */
export function figuresOfWork(work: EdgeWork): readonly (readonly [string, string])[] {
  return [...(work.isRead ? callFigures(work) : []), ...connectionFigures(work)];
}

function callFigures(work: EdgeWork): readonly (readonly [string, string])[] {
  return [
    ['Requests', `${formatRate(work.requestsPerSecond)}/s`],
    ['Errors', formatRatio(work.errorRatio)],
    ['p50', formatDuration(work.durationP50Ns)],
    ['p95', formatDuration(work.durationP95Ns)],
    ['p99', formatDuration(work.durationP99Ns)],
    ...(work.gapP95Ns === null
      ? []
      : [['Between both, p95', formatDuration(work.gapP95Ns)] as const]),
  ];
}

function connectionFigures(work: EdgeWork): readonly (readonly [string, string])[] {
  const { bytesPerSecond: bytes, roundTrip } = work;
  if (bytes === null) return [];
  const failures = work.connectFailuresPerSecond ?? 0;
  const share = failures > 0 ? ` (${formatRatio(connectFailureRatio(work))})` : '';
  return [
    ['Sent', `${formatBytes(bytes.sent)}/s`],
    ['Received', `${formatBytes(bytes.received)}/s`],
    ['Connections opened', `${formatRate(work.connectionsPerSecond ?? 0)}/s`],
    ['Connects that failed', `${formatRate(failures)}/s${share}`],
    ['Segments sent again', `${formatRate(work.retransmitsPerSecond ?? 0)}/s`],
    ...(roundTrip === null
      ? []
      : [['Round trip, mean', formatDuration(roundTrip.meanNs)] as const]),
    ...(roundTrip === null || roundTrip.p95Ns === null
      ? []
      : [['Round trip, p95', formatDuration(roundTrip.p95Ns)] as const]),
  ];
}
