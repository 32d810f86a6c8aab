/**
 * ClickHouse's Native format: column batches become blocks by copies of whole columns.
 *
 * In: columns of `@sonde/proto` and which of their rows. Out: the bytes of one block.
 */
export * from './array-column.ts';
export * from './attribute-map.ts';
export * from './block-writer.ts';
export * from './fixed-column.ts';
export * from './low-cardinality.ts';
export * from './native-reader.ts';
export * from './replicated-attributes.ts';
export * from './row-runs.ts';
export * from './scalars.ts';
export * from './skip-column.ts';
export * from './string-rows.ts';
export * from './text-table.ts';
export * from './value-column.ts';
