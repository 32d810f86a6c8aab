import { DEFAULT_LOG_LIMITS, DEFAULT_TOPIC_LIMITS, PARTITIONS_MAX } from '@sonde/buffer';
import { byteSize, duration, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

export interface BufferExporterConfig {
  readonly directory: string;
  /** Of the signal's topic; never fewer than it had before. */
  readonly partitions: number;
  /** Bytes. */
  readonly segment_size: number;
  /** Bytes, of the signal's topic. */
  readonly size_max: number;
  /** How long what every group has read is kept. Milliseconds. */
  readonly retention: number;
  /** Bytes that stay free on the disk. */
  readonly disk_reserve: number;
}

/** A request of the largest size must fit, and retention needs whole segments to take away. */
const SIZE_MAX_MIN: number = 128 * 1024 * 1024;
const SEGMENT_SIZE_MIN: number = 1024 * 1024;

export const bufferExporterConfig: z.ZodType<BufferExporterConfig> = nullMeansDefaults(
  z
    .strictObject({
      directory: z.string().min(1, 'must name a folder'),
      partitions: z.int().min(1).max(PARTITIONS_MAX).default(1),
      segment_size: byteSize(DEFAULT_TOPIC_LIMITS.segmentBytes),
      size_max: byteSize(DEFAULT_TOPIC_LIMITS.sizeBytesMax),
      retention: duration('1h'),
      disk_reserve: byteSize(DEFAULT_LOG_LIMITS.reserveBytes),
    })
    .superRefine(({ segment_size: segment, size_max: size, retention }, context) => {
      if (segment < SEGMENT_SIZE_MIN) {
        refuseMeaning(context, { text: 'must be at least 1MiB', path: ['segment_size'] });
      }
      if (size < SIZE_MAX_MIN) {
        refuseMeaning(context, { text: 'must be at least 128MiB', path: ['size_max'] });
      }
      if (retention < 0) {
        refuseMeaning(context, { text: 'must not be negative', path: ['retention'] });
      }
    }),
);
