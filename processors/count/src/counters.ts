import { ErrorPolicy } from '@sonde/ottl';
import type { Signal } from '@sonde/proto';
import type { CountConfig } from './config.ts';
import { type SectionCounter, sectionCounter } from './section-counter.ts';
import { EVENT_ROWS, LOG_ROWS, METRIC_ROWS, POINT_ROWS, SPAN_ROWS } from './section-rows.ts';

/** The counters of a signal's sections. */
export function countersOf(signal: Signal, config: CountConfig): readonly SectionCounter[] {
  // Upstream gives errors of conditions back, always.
  const errors = new ErrorPolicy({ mode: 'propagate', warn: () => {} });
  switch (signal) {
    case 'traces':
      return [
        sectionCounter(SPAN_ROWS, config.spans, errors),
        sectionCounter(EVENT_ROWS, config.spanevents, errors),
      ];
    case 'metrics':
      return [
        sectionCounter(METRIC_ROWS, config.metrics, errors),
        sectionCounter(POINT_ROWS, config.datapoints, errors),
      ];
    case 'logs':
      return [sectionCounter(LOG_ROWS, config.logs, errors)];
    default:
      return [];
  }
}
