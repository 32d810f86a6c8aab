const MIB = 1024 * 1024;

/** One file of /proc or /etc; above it the scrape of that file fails. Bytes. */
export const FILE_BYTES_MAX: number = 4 * MIB;

/** One table of TCP connections, some 400,000 of them; the rest is not counted. Bytes. */
export const TCP_TABLE_BYTES_MAX: number = 64 * MIB;

/** Processes looked at in one scrape; the rest is not counted. */
export const PROCESSES_MAX = 65_536;

/** Processes with metrics of their own in one scrape; the rest is left out. */
export const PROCESS_RESOURCES_MAX = 10_000;

/** Data points of one metric; the rest is left out. */
export const POINTS_MAX = 10_000;

/** Filesystems looked at in one scrape; the rest is left out. */
export const MOUNTS_MAX = 1_000;

/** A filesystem that does not answer within that time (a dead NFS server) is left out. */
export const STATFS_TIMEOUT_MS = 2_000;

/**
 * Filesystems that have not answered yet. At the limit no further one is asked: each holds one of
 * the process's four threads for files, and somebody else needs one.
 */
export const STATFS_PENDING_MAX = 2;

/** A length bound on each pattern of `include` and `exclude`. Characters. */
export const PATTERN_LENGTH_MAX = 1_000;

/** Patterns of one list of `include` and `exclude`. */
export const PATTERNS_MAX = 1_000;
