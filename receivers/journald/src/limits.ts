/** Longest line of `journalctl`; what is longer is dropped and counted. Bytes. */
export const LINE_BYTES_MAX: number = 64 * 1024 * 1024;
/** Units, files, identifiers, matches. */
export const FILTERS_MAX = 1000;
/** Entries of one batch. */
export const BATCH_ENTRIES_MAX = 2048;
/** A `journalctl` that ended is started again after this. Milliseconds. */
export const RESTART_MS_MIN = 100;
export const RESTART_MS_MAX = 30_000;
/** One that ran for so long starts the pause anew. Milliseconds. */
export const RAN_WELL_MS = 10_000;
/** What it says on standard error and is kept. Characters. */
export const STDERR_LENGTH_MAX = 1000;
/** How long it may take to end when it is asked to, before it is killed. Milliseconds. */
export const END_MS_MAX = 2000;
