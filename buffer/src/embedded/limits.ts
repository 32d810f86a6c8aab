const MIB: number = 1024 * 1024;

/** What a topic may keep. */
export interface TopicLimits {
  /** A segment is closed once it has this many bytes; the unit of retention. */
  readonly segmentBytes: number;
  /** Of all partitions together. */
  readonly sizeBytesMax: number;
  /** How long what every group committed is kept, so that it can be replayed. */
  readonly ageMsMax: number;
  /**
   * At the size limit committed segments go first. When there are none: `refuse` appends with
   * `BUFFER_FULL`, or drop the oldest unread segment and count it, which only suits what nobody
   * has to read. With `drop_oldest` the age limit holds for unread segments too.
   */
  readonly whenFull: 'refuse' | 'drop_oldest';
}

export const DEFAULT_TOPIC_LIMITS: TopicLimits = {
  segmentBytes: 64 * MIB,
  sizeBytesMax: 4 * 1024 * MIB,
  ageMsMax: 3_600_000,
  whenFull: 'refuse',
};

/** Smaller segments would mean thousands of files. */
export const SEGMENT_BYTES_MIN: number = 64 * 1024;

export interface LogLimits {
  /** Appends are refused while the disk has less than this free, so that commits still fit. */
  readonly reserveBytes: number;
  /** Bytes of appends that are not durable yet; more of them wait. */
  readonly inFlightBytesMax: number;
  /** How often the age limit is looked at. */
  readonly retentionIntervalMs: number;
  /** How often it is looked whether the files that are written to are still there. */
  readonly fileCheckIntervalMs: number;
}

export const DEFAULT_LOG_LIMITS: LogLimits = {
  reserveBytes: 256 * MIB,
  inFlightBytesMax: 64 * MIB,
  retentionIntervalMs: 30_000,
  fileCheckIntervalMs: 1000,
};
