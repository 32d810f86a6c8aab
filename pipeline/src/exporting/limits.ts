/**
 * Bytes of requests that one sending queue holds, whatever its `sizer` counts. Upstream bounds
 * `queue_size` alone: a thousand requests of 20 MiB would end the process instead of the sender's
 * patience. With `sizer: bytes` the configured size is the bound.
 */
export const QUEUE_BYTES_MAX: number = 512 * 1024 * 1024;

/** Senders that wait for room at the same time (`block_on_overflow`); more are refused. */
export const BLOCKED_SENDERS_MAX = 10_000;

/** The longest wait that a timer of Node can hold: about 24 days. */
export const TIMER_MS_MAX: number = 2 ** 31 - 1;
