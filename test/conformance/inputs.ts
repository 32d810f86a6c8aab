import { encodeRequest, type Signal } from '@sonde/proto';
import { CALLS } from './inputs/calls.ts';
import { COUNTERS } from './inputs/counters.ts';
import { LENGTHS } from './inputs/lengths.ts';
import { ID_LOGS, ID_SPANS } from './inputs/many-ids.ts';
import { MIXED_LOGS, MIXED_METRICS, MIXED_SPANS } from './inputs/mixed.ts';

/** What is sent one after the other, by signal. Always the same bytes. */
export type Input = Readonly<Partial<Record<Signal, readonly Uint8Array[]>>>;

const METRICS = [encodeRequest('metrics', MIXED_METRICS)];

/** By the name that a case gives. */
export const INPUTS: Readonly<Record<string, Input>> = {
  /** Two services, every kind of value, every kind of metric. */
  mixed: {
    traces: [encodeRequest('traces', MIXED_SPANS)],
    metrics: METRICS,
    logs: [encodeRequest('logs', MIXED_LOGS)],
  },
  /** The same twice, as two requests. */
  twice: {
    traces: [encodeRequest('traces', MIXED_SPANS), encodeRequest('traces', MIXED_SPANS)],
    metrics: [...METRICS, ...METRICS],
    logs: [encodeRequest('logs', MIXED_LOGS), encodeRequest('logs', MIXED_LOGS)],
  },
  /** Hundreds of trace ids, some with trace states and sampling priorities. */
  ids: {
    traces: [encodeRequest('traces', ID_SPANS)],
    logs: [encodeRequest('logs', ID_LOGS)],
  },
  /** Cumulative sums and histograms in four requests, with a reset. */
  counters: { metrics: COUNTERS.map((request) => encodeRequest('metrics', request)) },
  /** One service, spans of hundreds of durations. */
  lengths: { traces: [encodeRequest('traces', LENGTHS)] },
  /** Both sides of calls between services, in two requests. */
  calls: { traces: CALLS.map((request) => encodeRequest('traces', request)) },
  /** Nothing in it. */
  empty: {
    traces: [encodeRequest('traces', { resourceSpans: [] })],
    metrics: [encodeRequest('metrics', { resourceMetrics: [] })],
    logs: [encodeRequest('logs', { resourceLogs: [] })],
  },
};
