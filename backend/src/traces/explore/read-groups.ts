import type { SpanGroup, SpanGroupsResponse } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import type { StoreReader } from '../../store-reader.ts';
import { type GroupRow, type GroupWish, groupsQuery } from './group-queries.ts';
import { type Asking, resolveScope, type SpanWish } from './span-scope.ts';

/** Spans grouped by a field or attribute, exact: all spans of the range are read. */
export async function readGroups(
  store: StoreReader,
  wish: SpanWish & GroupWish,
  asking: Asking,
): Promise<SpanGroupsResponse> {
  const alsoKeys = wish.by === undefined ? [] : [wish.by];
  const scope = await resolveScope(store, { ...wish, alsoKeys }, asking);
  const rows = asking.meter.rows(await store.read(groupsQuery(scope, wish), asking.signal));
  const seconds = (wish.range.to - wish.range.from) / 1000;
  return {
    groups: rows.map((row) => groupOf(row, seconds)),
    groupsTotal: rows[0]?.groups ?? 0,
    cost: asking.meter.cost,
  };
}

function groupOf(row: GroupRow, seconds: number): SpanGroup {
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = row.quantiles;
  return {
    value: cutName(row.value),
    count: row.requests,
    stored: row.stored,
    perSecond: row.requests / seconds,
    errors: row.request_errors,
    durationP50Ns: Math.round(p50),
    durationP90Ns: Math.round(p90),
    durationP95Ns: Math.round(p95),
    durationP99Ns: Math.round(p99),
    durationMaxNs: row.duration_max,
    ...(row.traces > 0 ? { traces: row.traces } : {}),
  };
}
