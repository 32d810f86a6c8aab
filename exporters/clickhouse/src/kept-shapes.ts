import {
  type Columns,
  keepShape,
  LogColumns,
  MetricColumns,
  ProfileColumns,
  SpanColumns,
} from '@sonde/proto';
import { DEFAULT_SCHEMA_OPTIONS } from '@sonde/store';
import { batchBlocks } from './blocks/batch-blocks.ts';
import { StoredKeys } from './blocks/stored-keys.ts';

const DAYS = 14;

/** Of everything that is made for a batch and gone with it, one: see `keepShape`. */
function emptyBatch(columns: Columns): object {
  return batchBlocks({
    schema: DEFAULT_SCHEMA_OPTIONS,
    columns,
    retention: { days: DAYS, rules: [] },
    stored: new StoredKeys(),
  });
}

for (const columns of [
  new SpanColumns(0),
  new LogColumns(0),
  new MetricColumns(0, 0),
  new ProfileColumns(),
]) {
  keepShape(emptyBatch(columns));
}
