import { byteSize, duration, nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

/** How bodies of inserts are compressed on the way. */
const COMPRESSIONS = ['none', 'gzip', 'lz4'] as const;

export interface ClickHouseConfig {
  /** URL of ClickHouse's HTTP interface. */
  readonly endpoint: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Create the database and tables, or bring them to this release's schema, at start. */
  readonly create_schema: boolean;
  /** Of one insert. Milliseconds. */
  readonly timeout: number;
  readonly compression: (typeof COMPRESSIONS)[number];
  /** Rows of one block. */
  readonly rows_max: number;
  /** Bytes of one block, before compression. */
  readonly bytes_max: number;
}

/** More rows would be split by the store, and a token counts once a block. */
const ROWS_MAX = 1_000_000;

export const clickHouseConfig: z.ZodType<ClickHouseConfig> = nullMeansDefaults(
  z.strictObject({
    endpoint: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
      .default('http://127.0.0.1:8123'),
    username: z.string().default('internal'),
    password: z.string().default(''),
    database: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _')
      .default('sonde'),
    create_schema: z.boolean().default(true),
    timeout: duration('60s'),
    compression: z.enum(COMPRESSIONS).default('none'),
    rows_max: z.int().min(1).max(ROWS_MAX).default(200_000),
    bytes_max: byteSize('128MiB'),
  }),
);
