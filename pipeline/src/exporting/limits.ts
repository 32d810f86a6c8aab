/**
 * Bytes of requests that one sending queue holds, whatever its `sizer` counts. Upstream bounds
 * `queue_size` alone: a thousand requests of 20 MiB would end the process instead of the sender's
 * patience. With `sizer: bytes` the configured size is the bound.
 */
export const QUEUE_BYTES_MAX: number = 512 * 1024 * 1024;

/** Senders that wait for room at the same time (`block_on_overflow`); more are refused. */
export const BLOCKED_SENDERS_MAX = 10_000;

/**
 * When a sender whom a full queue refused may come again: a queue empties while it sends, not at
 * once. Upstream says nothing here; OTLP asks for a delay where a server pushes back.
 */
export const QUEUE_FULL_RETRY_AFTER_MS = 1000;

/** The longest wait that a timer of Node can hold: about 24 days. */
export const TIMER_MS_MAX: number = 2 ** 31 - 1;
