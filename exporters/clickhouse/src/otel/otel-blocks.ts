import { SondeError } from '@sonde/pipeline';
import type { Columns } from '@sonde/proto';
import type { BatchBlocks } from '../blocks/batch-result.ts';
import type { BlockSource } from '../blocks/block-source.ts';
import { KeySet } from '../blocks/recent-keys.ts';
import { otelPointBlocks } from './otel-points.ts';
import { otelLogBlock, otelSpanBlock } from './otel-rows.ts';
import type { OtelTableNames } from './otel-tables.ts';

/** A batch as rows of the Collector's own tables: nothing is looked up, moved or remembered. */
export function otelBlocks(columns: Columns, names: OtelTableNames): BatchBlocks {
  return {
    catalogue: [],
    rows: rowBlocks(columns, names),
    movedCount: 0,
    resourceKeys: new KeySet(),
    minuteKeys: new KeySet(),
    seriesKeys: [],
  };
}

function rowBlocks(columns: Columns, names: OtelTableNames): readonly BlockSource[] {
  switch (columns.signal) {
    case 'traces':
      return [otelSpanBlock(columns, names.traces)];
    case 'logs':
      return [otelLogBlock(columns, names.logs)];
    case 'metrics':
      return otelPointBlocks(columns, names);
    case 'profiles':
      throw new SondeError('UNIMPLEMENTED', "profiles are stored in Sonde's own tables alone");
  }
}
