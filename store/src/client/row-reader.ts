import { z } from 'zod';
import { StoreError } from './store-error.ts';

/** Checks and turns one row (an object by column name) into what the caller wants: any zod schema. */
export interface RowReader<Row> {
  parse(row: unknown): Row;
}

/**
 * 64-bit integers come as text, so that none is rounded. Columns that stay below 2^53 (counts,
 * durations): reads them as numbers and refuses larger ones.
 */
export const uint64Number: z.ZodType<number> = z.coerce.number().int().safe();

/** 64-bit integers of any size. */
export const int64: z.ZodType<bigint> = z.coerce.bigint();

/** Reads all rows or throws `StoreError` `STORE_UNEXPECTED_ROW`. */
export function readRows<Row>(rows: readonly unknown[], reader: RowReader<Row>): Row[] {
  try {
    return rows.map((row) => reader.parse(row));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`the store answered a row nobody expected: ${why}`, {
      kind: 'unexpected_row',
      code: 'STORE_UNEXPECTED_ROW',
      retryable: false,
      cause,
    });
  }
}
