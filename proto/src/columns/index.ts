import type { LogColumns } from './log-columns.ts';
import type { MetricColumns } from './metric-columns.ts';
import type { ProfileColumns } from './profile-columns.ts';
import type { SpanColumns } from './span-columns.ts';

export * from './any-value-type.ts';
export * from './attribute-list.ts';
export * from './byte-run.ts';
export * from './dictionary.ts';
export * from './exemplar-columns.ts';
export * from './histogram-columns.ts';
export * from './index-list.ts';
export { DICTIONARY_STRING_BYTES_MAX, intern, internText } from './intern.ts';
export * from './log-columns.ts';
export * from './metric-columns.ts';
export * from './metric-kind.ts';
export * from './point-columns.ts';
export * from './profile-columns.ts';
export * from './profile-dictionary.ts';
export * from './resource-table.ts';
export * from './row-table.ts';
export * from './scope-table.ts';
export * from './segments.ts';
export * from './span-columns.ts';
export * from './stable-hash.ts';
export * from './string-column.ts';

/** A decoded batch of one signal. */
export type Columns = SpanColumns | LogColumns | MetricColumns | ProfileColumns;
