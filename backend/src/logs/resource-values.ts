import { param, sql } from '@sonde/store';
import { z } from 'zod';
import { atHour } from '../instant-sql.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import type { TimeWindow } from '../time-windows.ts';
import type { LogRow } from './log-rows.ts';
import type { Asking } from './log-scope.ts';

/** A resource is written again every hour, and a batch may come late. */
const HOUR_MS = 3_600_000;

export interface ResourceWish {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** Keys of resource attributes. */
  readonly keys: readonly string[];
}

/** Of each resource, by fingerprint, those of the wanted attributes that it has. */
export type ResourceValues = ReadonlyMap<string, Readonly<Record<string, string>>>;

interface ValuesRow {
  readonly resource: string;
  readonly values: readonly string[];
}

const ValuesRowSchema: z.ZodType<ValuesRow> = z.object({
  resource: z.string(),
  values: z.array(z.string()),
});

/** The wanted attributes of the resources of these rows; no query where nothing is wanted. */
export async function readResourceValues(
  store: StoreReader,
  { rows, ...wish }: ResourceWish & { readonly rows: readonly LogRow[] },
  asking: Asking,
): Promise<ResourceValues> {
  if (wish.keys.length === 0 || rows.length === 0) return new Map();
  const found = asking.meter.rows(await store.read(valuesQuery(rows, wish), asking.signal));
  return new Map(
    found.map(({ resource, values }) => {
      const entries = wish.keys.map((key, i) => [key, values[i] ?? ''] as const);
      return [resource, Object.fromEntries(entries.filter(([, value]) => value !== ''))];
    }),
  );
}

function valuesQuery(
  rows: readonly LogRow[],
  { tenant, range, keys }: ResourceWish,
): StoreQuery<ValuesRow> {
  const services = [...new Set(rows.map(({ service }) => service))];
  const resources = [...new Set(rows.map(({ resource }) => resource))];
  return {
    summary: 'SELECT resources of log records',
    row: ValuesRowSchema,
    sql: sql`
      SELECT lower(hex(fingerprint)) AS resource,
        arrayMap(key -> attributes[key], ${param.strings(keys)}) AS values
      FROM resources
      WHERE tenant = ${param.string(tenant)}
        AND bucket >= ${atHour(range.from - HOUR_MS)} AND bucket <= ${atHour(range.to + HOUR_MS)}
        AND service IN ${param.strings(services)} AND resource IN ${param.strings(resources)}
      LIMIT 1 BY resource`,
  };
}
