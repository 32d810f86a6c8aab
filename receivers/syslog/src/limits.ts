/** Connections at a time where `max_connections` is 0. */
export const CONNECTIONS_MAX = 10_000;
/** Smallest and largest `max_log_size`. Bytes. */
export const LOG_BYTES_MIN: number = 64 * 1024;
export const LOG_BYTES_MAX: number = 64 * 1024 * 1024;
/** Addresses whose names are remembered. */
export const NAMES_MAX = 1000;
/** Digits of a length in front of a message. */
export const LENGTH_DIGITS_MAX = 10;
