import type {
  ConnectionCoverage,
  CoverageSignal,
  ServiceCoverage,
  SignalCoverage,
} from '@sonde/backend/api-contract';
import { formatRatio } from '../format/ratio.ts';

export const SIGNALS: readonly CoverageSignal[] = ['metrics', 'logs', 'requests', 'traces'];

export const STATES = ['seen', 'partly', 'unseen', 'none'] as const;

type State = SignalCoverage['state'];

export const STATE_WORDS: Readonly<Record<State, string>> = {
  seen: 'seen',
  partly: 'seen in part',
  unseen: 'not seen',
  none: 'nothing to see',
};

/** What a cell says: by whom, how much of it, or that there is nothing. */
export function cellWords({ state, seen, total, by }: SignalCoverage): string {
  if (state === 'none') return '–';
  if (state === 'unseen') return 'not seen';
  if (state === 'partly') return `${formatRatio(seen / total)} seen`;
  return by.map((who) => (who === 'sdk' ? 'SDK' : 'agent')).join(' + ');
}

export interface SignalSummary {
  readonly signal: CoverageSignal;
  /** Services by state. */
  readonly counts: Readonly<Record<State, number>>;
  /** Services that have it at all. */
  readonly total: number;
}

/** How many services each signal is seen of. */
export function summarizeSignals(services: readonly ServiceCoverage[]): readonly SignalSummary[] {
  return SIGNALS.map((signal) => {
    const counts = { seen: 0, partly: 0, unseen: 0, none: 0 };
    for (const { signals } of services) counts[signals[signal].state]++;
    return { signal, counts, total: services.length - counts.none };
  });
}

/** Which connections a row is about. */
export function connectionWords(row: ConnectionCoverage): string {
  const { seen, protocol, secure, side, peer, port } = row;
  if (seen) return `${protocol === '' ? 'other' : protocol}${secure ? ' inside of TLS' : ''}`;
  if (peer === '') return 'others';
  if (side === 'server') return port === '' ? `from ${peer}` : `from ${peer} on port ${port}`;
  return port === '' ? `to ${peer}` : `to ${peer}:${port}`;
}

export function keyOfService({ service, own }: ServiceCoverage): string {
  return own ? `sonde/${service}` : service;
}
