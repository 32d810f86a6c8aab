const MIB = 1024 * 1024;

/** UTF-8 bytes of a key. */
export const KEY_BYTES_MAX = 4096;
/** One record: everything that one batch sets and deletes. */
export const RECORD_BYTES_MAX: number = 256 * MIB;
export const BATCH_OPERATIONS_MAX = 10_000;
/** Keys of one file; each costs about 200 bytes of memory. */
export const KEYS_MAX = 1_000_000;
/** Batches that wait for the file at once; the next one is refused. */
export const WAITING_MAX = 10_000;
/** Bytes that go to the file in one write, where several batches wait. */
export const GROUP_BYTES_MAX: number = 16 * MIB;
/** What is overwritten or deleted may take this much before the file is rewritten. */
export const DEAD_BYTES_MIN: number = 16 * MIB;
/** ... and this many times of what is alive. */
export const DEAD_RATIO_MIN = 3;
/**
 * Bytes that new keys leave free on the disk: for deleting what is kept (a deletion is written too)
 * and for rewriting the little that is alive then. Without them a full disk stays full.
 */
export const RESERVE_BYTES_MIN: number = MIB / 4;
export const DELETION_BYTES = 128;
/** How long the free bytes of the disk are believed. Milliseconds. */
export const FREE_BYTES_AGE_MS_MAX = 1000;
