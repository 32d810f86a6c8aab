/**
 * Cuts bytes into records. For each piece of a file or stream: `begin`, then `next` until it is
 * false; `start` and `end` are the record, `position` is where the next one starts.
 */
export interface Splitter {
  readonly start: number;
  readonly end: number;
  /** Bytes that are done with. */
  readonly position: number;
  /** `bytes` must not change until the next `begin`. */
  begin(bytes: Buffer): void;
  /** With `final` what is left without an end is a record too. */
  next(final: boolean): boolean;
}
