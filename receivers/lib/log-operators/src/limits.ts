/** Operators in one list. */
export const OPERATORS_MAX = 500;
/** Longest text of a pattern, expression or field. Characters. */
export const PATTERN_LENGTH_MAX: number = 64 * 1024;
/** Nesting of values that are parsed out of text. */
export const VALUE_DEPTH_MAX = 64;
/** Keys that one parser makes of one text. */
export const PARSED_KEYS_MAX = 10_000;
/** Texts that a parser remembers at most, whatever its `cache` says. */
export const CACHE_SIZE_MAX = 65_536;
/** Sources that are recombined at a time, whatever `max_sources` says. */
export const SOURCES_MAX = 100_000;
/** Largest combined field where `max_log_size` is 0. Bytes of UTF-16. */
export const RECOMBINED_LENGTH_MAX: number = 64 * 1024 * 1024;
/** Patterns that an expression made at run time and keeps compiled. */
export const RUNTIME_PATTERNS_MAX = 100;
/** Offsets of time zones that are remembered, by hour. */
export const ZONE_OFFSETS_MAX = 4096;
/** Warnings of one operator are written at most once in this time. Milliseconds. */
export const WARNING_INTERVAL_MS = 10_000;
/** Entries that wait for the pipeline; a source waits or drops beyond them. */
export const QUEUED_ENTRIES_MAX = 20_000;
/** Their bodies together. UTF-16 units or bytes. */
export const QUEUED_LENGTH_MAX: number = 32 * 1024 * 1024;
/** Entries of one batch. */
export const BATCH_ENTRIES_MAX = 8192;
