import type { TraceFeature } from '@sonde/backend/api-contract';
import { formatDuration } from '../format/duration.ts';
import { printable } from '../format/printable.ts';
import type { Condition } from '../trace/conditions.ts';

const ON_WORDS: Readonly<Record<TraceFeature['on'], string>> = {
  span: '',
  resource: 'resource',
  event: 'event',
  operation: 'calls',
  time: 'time in',
};

/** What carries it, where that is worth a word. */
export function carrierWord(feature: TraceFeature): string {
  return ON_WORDS[feature.on];
}

export function keyWord({ key, value, on }: TraceFeature): string {
  return printable(on === 'time' || on === 'operation' ? `${key} · ${value}` : key);
}

export function valueWord({ value, on, minNs = 0, maxNs = 0 }: TraceFeature): string {
  if (on === 'operation') return '';
  if (on === 'time') return `${formatDuration(minNs)} – ${formatDuration(maxNs)}`;
  return printable(value) || '(empty)';
}

/** As a filter of the explorer; undefined of what spans cannot be filtered by. */
export function featureCondition({ on, key, value }: TraceFeature): Condition | undefined {
  if (on === 'span') return { key: `span.${key}`, operator: '=', value };
  if (on === 'resource') return { key: `resource.${key}`, operator: '=', value };
  if (on === 'event') return { key: `event.${key}`, operator: '=', value };
  if (on === 'operation') return { key: 'name', operator: '=', value };
  return undefined;
}
