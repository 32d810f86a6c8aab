import type { RefusalStatus } from '../api/contract/index.ts';
import { labelOf, samplesOf } from './metrics-page.ts';

/** Kinds of refusals that are told; there are four signals, two transports and ten codes. */
const KINDS_MAX = 100;

/** Requests that were refused since the gateway started, by what they were. */
export type Refusals = ReadonlyMap<string, Omit<RefusalStatus, 'lastFiveMinutes'>>;

/** Of the gateway's page of metrics. */
export function readRefusals(page: string): Refusals {
  const refusals = new Map<string, Omit<RefusalStatus, 'lastFiveMinutes'>>();
  for (const sample of samplesOf(page, 'sonde_receiver_refused_requests')) {
    const receiver = labelOf(sample, 'receiver');
    const signal = labelOf(sample, 'signal');
    const transport = labelOf(sample, 'transport');
    const code = labelOf(sample, 'code');
    const key = [receiver, signal, transport, code].join('|');
    const sinceStart = (refusals.get(key)?.sinceStart ?? 0) + sample.value;
    if (refusals.size === KINDS_MAX && !refusals.has(key)) continue;
    refusals.set(key, { receiver, signal, transport, code, sinceStart });
  }
  return refusals;
}

/** What a counter rose by from reading to reading; a lower value is a gateway that started anew. */
export function riseOf(readings: readonly number[]): number {
  let rise = 0;
  for (const [i, now] of readings.slice(1).entries()) {
    const before = readings[i] ?? 0;
    rise += now >= before ? now - before : now;
  }
  return rise;
}

/** The kinds of the last of the readings, those that are refused now before the others. */
export function refusalStatus(readings: readonly Refusals[]): RefusalStatus[] {
  const kinds = [...(readings.at(-1) ?? new Map())].map(([key, kind]) => ({
    ...kind,
    lastFiveMinutes: riseOf(readings.map((reading) => reading.get(key)?.sinceStart ?? 0)),
  }));
  return kinds.sort((a, b) => b.lastFiveMinutes - a.lastFiveMinutes || b.sinceStart - a.sinceStart);
}
