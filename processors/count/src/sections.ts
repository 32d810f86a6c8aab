import type { CountedMetric } from './counted-metric.ts';

/** What is counted. */
export type SectionName = 'spans' | 'spanevents' | 'metrics' | 'datapoints' | 'logs';

export const SECTION_NAMES: readonly SectionName[] = [
  'spans',
  'spanevents',
  'metrics',
  'datapoints',
  'logs',
];

/** Upstream's names and descriptions, for a section without metrics. */
export const DEFAULT_METRICS: Readonly<Record<SectionName, readonly CountedMetric[]>> = {
  spans: [metric('trace.span.count', 'The number of spans observed.')],
  spanevents: [metric('trace.span.event.count', 'The number of span events observed.')],
  metrics: [metric('metric.count', 'The number of metrics observed.')],
  datapoints: [metric('metric.datapoint.count', 'The number of data points observed.')],
  logs: [metric('log.record.count', 'The number of log records observed.')],
};

function metric(name: string, description: string): CountedMetric {
  return { name, description, conditions: [], attributes: [] };
}
