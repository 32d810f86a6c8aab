import { z } from '@hono/zod-openapi';
import type { DetachedPartsStatus, StorageResponse } from '../contract/index.ts';

const SIGNALS = ['traces', 'logs', 'metrics', 'profiles', 'rollups', 'metricRollups'] as const;

export const DETACHED_EXAMPLE: DetachedPartsStatus = {
  ...{ table: 'spans', partition: '20260907-14', reason: 'broken-on-start', parts: 1 },
  ...{ bytes: 52_000, rows: 1040, atMs: 1_790_000_000_000 },
};

export const DetachedPartsSchema: z.ZodType<DetachedPartsStatus> = z.strictObject({
  table: z.string(),
  partition: z.string(),
  reason: z.string(),
  parts: z.number(),
  bytes: z.number(),
  rows: z.number().nullable(),
  atMs: z.number(),
});

const example: StorageResponse = {
  signals: [
    {
      signal: 'traces',
      bytes: 3_200_000_000,
      coldBytes: 0,
      rows: 60_000_000,
      oldestMs: 1_790_000_000_000,
      days: 14,
    },
  ],
  hotBytes: 3_200_000_000,
  sizeMaxBytes: 20_000_000_000,
  guard: 'calm',
  detail: '3.20 of 20 GB are used',
  daysUntilFull: null,
  hasColdVolume: false,
  disks: [{ name: 'default', freeBytes: 300_000_000_000, totalBytes: 500_000_000_000 }],
  sacrificedFirst: ['profiles', 'traces', 'logs', 'metrics', 'rollups', 'metricRollups'],
  detached: [DETACHED_EXAMPLE],
  actions: [
    {
      atMs: 1_790_000_000_000,
      kind: 'expired',
      table: 'spans',
      partition: '20260907-14',
      bytes: 210_000_000,
    },
  ],
};

export const StorageSchema: z.ZodType<StorageResponse> = z
  .strictObject({
    signals: z.array(
      z.strictObject({
        signal: z.enum(SIGNALS),
        bytes: z.number(),
        coldBytes: z.number(),
        rows: z.number(),
        oldestMs: z.number().nullable(),
        days: z.number(),
      }),
    ),
    hotBytes: z.number(),
    sizeMaxBytes: z.number(),
    guard: z.enum(['calm', 'warning', 'acting', 'full']),
    detail: z.string(),
    daysUntilFull: z.number().nullable(),
    hasColdVolume: z.boolean(),
    disks: z.array(
      z.strictObject({ name: z.string(), freeBytes: z.number(), totalBytes: z.number() }),
    ),
    sacrificedFirst: z.array(z.enum(SIGNALS)),
    detached: z.array(DetachedPartsSchema),
    actions: z.array(
      z.strictObject({
        atMs: z.number(),
        kind: z.enum(['expired', 'sacrificed', 'moved']),
        table: z.string(),
        partition: z.string(),
        bytes: z.number(),
      }),
    ),
  })
  .openapi('StorageResponse', { example });
