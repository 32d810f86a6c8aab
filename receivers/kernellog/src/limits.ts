/** One record as the kernel hands it out; what does not fit is refused by it. Bytes. */
export const RECORD_BYTES_MAX = 16_384;
/** Records of one batch. */
export const BATCH_RECORDS_MAX = 1_024;
/** Fields of a record (`SUBSYSTEM`, `DEVICE`) that are kept. */
export const FIELDS_MAX = 16;
/** A kernel log that cannot be read is tried again after this. Milliseconds. */
export const REOPEN_MS = 30_000;
/** Of `poll_interval`. Milliseconds. */
export const POLL_MS_MIN = 100;
export const POLL_MS_MAX = 60_000;
