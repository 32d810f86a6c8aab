/**
 * Step 1 of the path: lines of files become log records.
 *
 * In: files that patterns find, read as they grow, through rotation, truncation and new starts.
 * Out: batches of log records, one file's each, and the positions of files in a storage extension
 * once the pipeline has taken what lies before them.
 * Never: reads on while the pipeline takes nothing, holds files in memory, or writes to one
 * (`delete_after_read` removes it).
 */
export * from './config.ts';
export * from './factory.ts';
export * from './filelog-receiver.ts';
