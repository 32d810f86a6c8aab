import type { OwnTelemetry } from '@sonde/pipeline';

type Gauge = ReturnType<OwnTelemetry['gauge']>;
type Labels = Readonly<Record<string, string | number>>;

/** Labels that are remembered, the newest: as many as the SDK keeps of an instrument. */
const LABELS_MAX = 2000;

export interface Level {
  readonly labels: Labels;
  readonly value: number;
}

/**
 * Tells levels when metrics are collected, and 0 of those that were there and are no more: the SDK
 * would go on with the last value, as if a partition that others read by now, or letters that were
 * put back, were still waiting here. Returns what ends it.
 */
export function observeLevels(gauge: Gauge, levels: () => Iterable<Level>): () => void {
  const seen = new Map<string, Labels>();
  const observe = (result: Parameters<Parameters<Gauge['addCallback']>[0]>[0]): void => {
    const now = new Map([...levels()].map((level) => [JSON.stringify(level.labels), level]));
    for (const [key, labels] of seen) if (!now.has(key)) result.observe(0, labels);
    for (const [key, { labels, value }] of now) {
      result.observe(value, labels);
      seen.delete(key);
      seen.set(key, labels);
    }
    for (const key of seen.keys()) {
      if (seen.size <= LABELS_MAX) break;
      seen.delete(key);
    }
  };
  gauge.addCallback(observe);
  return () => gauge.removeCallback(observe);
}
