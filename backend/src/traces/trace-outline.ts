import { param, sql } from '@sonde/store';
import { z } from 'zod';
import type { TraceOutlineResponse } from '../api/contract/index.ts';
import { cutName } from '../cut-name.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import { spanKindName } from '../model/services/summaries.ts';
import { CostMeter } from '../store-cost.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { readTraceBounds } from './trace-bounds.ts';
import { inTrace, type TraceScope } from './trace-queries.ts';

const NO_PARENT = -1;
const PARENT_MISSING = -2;
const STATUS_ERROR = 2;

/** The spans of a trace as columns: one row, whatever the number of spans. */
interface OutlineRow {
  readonly ids: readonly string[];
  readonly parents: readonly string[];
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly kinds: readonly number[];
  readonly starts: readonly number[];
  readonly durations: readonly number[];
  readonly statuses: readonly number[];
}

const texts = z.array(z.string());
const numbers = z.array(z.number());
const OutlineRowSchema: z.ZodType<OutlineRow> = z.object({
  ids: texts,
  parents: texts,
  services: texts,
  names: texts,
  kinds: numbers,
  starts: numbers,
  durations: numbers,
  statuses: numbers,
});

/** Times since the start of the trace, as doubles: exact to the nanosecond within 104 days. */
function outlineQuery(scope: TraceScope): StoreQuery<OutlineRow> {
  const origin = param.int64(BigInt(scope.bounds.start_nano));
  return {
    summary: 'SELECT outline of a trace',
    row: OutlineRowSchema,
    sql: sql`
      SELECT groupArray(id) AS ids, groupArray(parent) AS parents, groupArray(service) AS services,
        groupArray(name) AS names, groupArray(kind) AS kinds, groupArray(start) AS starts,
        groupArray(duration) AS durations, groupArray(status_code) AS statuses
      FROM (
        SELECT lower(hex(span_id)) AS id,
          if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id))) AS parent,
          toString(service) AS service, toString(name) AS name, kind,
          toFloat64(toUnixTimestamp64Nano(timestamp) - ${origin}) AS start,
          toFloat64(duration_ns) AS duration, status_code
        FROM spans
        WHERE ${inTrace(scope)}
        ORDER BY timestamp, span_id
        LIMIT ${param.uint64(ANSWER_LIMITS.outlineSpansMax)}
      )`,
  };
}

/** All spans of a trace without what they carry; undefined when none of it is stored. */
export async function readOutline(
  store: StoreReader,
  { tenant, traceId }: { readonly tenant: string; readonly traceId: string },
  signal: AbortSignal,
): Promise<TraceOutlineResponse | undefined> {
  const meter = new CostMeter();
  const bounds = await readTraceBounds(store, { tenant, traceId }, meter, signal);
  if (bounds === undefined) return undefined;
  const query = outlineQuery({ tenant, traceId, bounds });
  const [row] = meter.rows(await store.read(query, signal));
  if (row === undefined || row.ids.length === 0) return undefined;
  const services = entriesOf(row.services);
  const names = entriesOf(row.names);
  const kinds = entriesOf(row.kinds);
  return {
    traceId,
    startUnixNano: bounds.start_nano,
    spanCount: bounds.span_count,
    spanIds: row.ids,
    parents: parentsOf(row),
    services: services.distinct.map(cutName),
    serviceOf: services.entries,
    names: names.distinct,
    nameOf: names.entries,
    kinds: kinds.distinct.map(spanKindName),
    kindOf: kinds.entries,
    startNs: row.starts,
    durationNs: row.durations,
    errors: row.statuses.flatMap((status, i) => (status === STATUS_ERROR ? [i] : [])),
    cost: meter.cost,
  };
}

function parentsOf({ ids, parents }: OutlineRow): number[] {
  const byId = new Map<string, number>();
  for (const [i, id] of ids.entries()) if (!byId.has(id)) byId.set(id, i);
  return parents.map((parent) =>
    parent === '' ? NO_PARENT : (byId.get(parent) ?? PARENT_MISSING),
  );
}

interface Entries<T> {
  readonly distinct: readonly T[];
  /** Of each value its place in `distinct`. */
  readonly entries: readonly number[];
}

function entriesOf<T>(values: readonly T[]): Entries<T> {
  const places = new Map<T, number>();
  const entries = values.map((value) => {
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    return place;
  });
  return { distinct: [...places.keys()], entries };
}
