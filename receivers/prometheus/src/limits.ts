/** What is bounded whatever the configuration says. */

/** One page, unpacked; `body_size_limit` may be less. */
export const PAGE_BYTES_MAX: number = 256 * 1024 * 1024;
/** Targets of one receiver. */
export const TARGETS_MAX = 10_000;
/** A list of targets: a file, or the answer of a server. */
export const TARGET_LIST_BYTES_MAX: number = 16 * 1024 * 1024;
/** Files of one `file_sd_configs` entry. */
export const TARGET_FILES_MAX = 1000;
export const REDIRECTS_MAX = 10;
/** Families whose type and help are remembered of one target. */
export const FAMILIES_MAX = 100_000;
/** Exemplars of one point. */
export const EXEMPLARS_MAX = 64;
/** How often files with lists of targets are looked at. Milliseconds. */
export const FILE_CHECK_MS = 5000;
