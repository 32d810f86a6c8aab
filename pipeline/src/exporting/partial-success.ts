import type { PartialSuccess, Signal } from '@sonde/proto';
import type { Logger } from '../logger.ts';
import type { SendResult } from './destination.ts';

/** What the Collector's line calls the items of each signal. */
const DROPPED: Readonly<Record<Signal, string>> = {
  traces: 'dropped_spans',
  metrics: 'dropped_data_points',
  logs: 'dropped_log_records',
  profiles: 'dropped_samples',
};

/**
 * An answer of OTLP that took a request: what it refused of it is logged, and never sent again
 * (specification, "Partial Success").
 */
export function takePartialSuccess(
  logger: Logger,
  signal: Signal,
  partial: PartialSuccess | undefined,
): SendResult {
  if (partial === undefined) return { rejectedItems: 0 };
  const { errorMessage: message, rejectedItems } = partial;
  logger.warn('Partial success response', { message, [DROPPED[signal]]: rejectedItems });
  return { rejectedItems: Math.max(0, rejectedItems) };
}
