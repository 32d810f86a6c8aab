import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';

export interface FactRow {
  readonly tenant: string;
  readonly service: string;
  readonly fact: string;
  readonly written_ms: number;
}

export const FactRow: z.ZodType<FactRow> = z.object({
  tenant: z.string(),
  service: z.string(),
  fact: z.string(),
  written_ms: uint64Number,
});

/** Facts written since a time, oldest first; of each id the one of most lines. */
export function factsQuery(sinceMs: number, limit: number): Sql {
  return sql`
    SELECT tenant, service, argMax(fact, version) AS fact,
      toUInt64(toUnixTimestamp64Milli(max(written_at))) AS written_ms
    FROM log_leaves
    WHERE written_at >= ${param.unixMs(sinceMs)}
    GROUP BY tenant, service, leaf_id, moved_to
    ORDER BY written_ms
    LIMIT ${param.uint64(limit)}`;
}
