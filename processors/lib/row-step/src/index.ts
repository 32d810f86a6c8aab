/**
 * What processors that work on columns have in common (step 5 of the path).
 *
 * In: batches. Out: the batch itself when nothing changed, one of changed columns, or none when no
 * row is left. Never: a change to the columns that came in.
 */
export * from './column-processor.ts';
export * from './row-attributes.ts';
export * from './wire-step.ts';
