/** Patterns in `include` or `exclude`. */
export const PATTERNS_MAX = 1000;
/** What the braces of one pattern may stand for. */
export const BRACE_ALTERNATIVES_MAX = 1000;
/** Directories below each other that are looked into. */
export const DIRECTORY_DEPTH_MAX = 64;
/** Files found at a time; of more the rest is left out and said. */
export const FILES_MAX = 50_000;
/** Questions about files and directories that are answered in one turn of the event loop: some 2 ms. */
export const ASKED_AT_ONCE_MAX = 1000;
/** Files that are known though they are not there at the moment. */
export const ARCHIVED_MAX = 2000;
/** Files that are read at a time; each has a buffer. */
export const READERS_MAX = 8;
/** What is read of a file at a time. Bytes. */
export const READ_BYTES: number = 256 * 1024;
/** Records in one batch. */
export const BATCH_RECORDS_MAX = 8192;
/** Bytes of encoded records in one batch, where operators make them longer. */
export const BATCH_BYTES_MAX: number = 4 * 1024 * 1024;
/** Bytes before the offset by which a file is known again. */
export const ANCHOR_BYTES = 64;
/** A file that no pattern finds any more is read on until it has been quiet for so long. Milliseconds. */
export const DEPARTED_QUIET_MS = 5000;
/** Offsets are kept at least so often while files are read. Milliseconds. */
export const SAVE_INTERVAL_MS = 200;
/** Lines of a header. */
export const HEADER_LINES_MAX = 10_000;
/** Largest `fingerprint_size`, `max_log_size`. Bytes. */
export const FINGERPRINT_BYTES_MAX: number = 1024 * 1024;
export const LOG_BYTES_MAX: number = 256 * 1024 * 1024;
/** Names of users and groups that are read from the system's files: characters of such a file. */
export const ACCOUNT_FILE_LENGTH_MAX: number = 16 * 1024 * 1024;
/** Polls until a copy of a file is looked at again when its size has not changed. */
export const POSTPONED_POLLS = 10;
