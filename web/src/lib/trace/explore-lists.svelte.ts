import type {
  SpanGroupsResponse,
  SpanHeatmapResponse,
  SpanSummary,
  SpansResponse,
  TraceSummary,
  TracesResponse,
} from '@sonde/backend/api-contract';
import { Loadable } from '../api/loadable.svelte.ts';
import { Paged } from '../api/paged.svelte.ts';
import { fetchSpanGroups, fetchSpanHeatmap, fetchSpans, fetchTraces } from '../api/requests.ts';
import { serverNow } from '../api/server-clock.ts';
import { resolveRange, type TimeRange } from '../location/time-range.ts';
import { boxedQuery, type Explore, scopeQuery } from './explore.ts';

/** What a page of the explorer is about: read anew whenever it changes. */
export type Asked = () => { readonly explore: Explore; readonly range: TimeRange };

const PAGE_ROWS = 50;
const GROUPS_MAX = 200;

/** Asks of the parts that matter: a change of the list's mode asks the heatmap nothing. */
export function spanHeatmap(asked: Asked): Loadable<SpanHeatmapResponse> {
  return new Loadable(() => {
    const { explore, range } = asked();
    const { conditions, unread, set, hidesOwn } = explore;
    return {
      key: JSON.stringify([range, conditions, unread, set, hidesOwn]),
      run: (signal) =>
        fetchSpanHeatmap(scopeQuery(explore, resolveRange(range, serverNow())), signal),
    };
  });
}

function boxedKey({ explore, range }: ReturnType<Asked>): string {
  const { conditions, unread, set, box, hidesOwn } = explore;
  return JSON.stringify([range, conditions, unread, set, box, hidesOwn]);
}

export function spanPages(asked: Asked): Paged<SpansResponse, SpanSummary> {
  return new Paged({
    ask: () => {
      const wish = asked();
      return {
        key: boxedKey(wish),
        run: (cursor, signal) => {
          const query = boxedQuery(wish.explore, resolveRange(wish.range, serverNow()));
          const page = { limit: PAGE_ROWS, ...(cursor === undefined ? {} : { cursor }) };
          return fetchSpans({ ...query, ...page }, signal);
        },
      };
    },
    rows: (page) => page.spans,
    nextCursor: (page) => page.nextCursor,
  });
}

export function tracePages(asked: Asked): Paged<TracesResponse, TraceSummary> {
  return new Paged({
    ask: () => {
      const wish = asked();
      return {
        key: boxedKey(wish),
        run: (cursor, signal) => {
          const query = boxedQuery(wish.explore, resolveRange(wish.range, serverNow()));
          const page = { limit: PAGE_ROWS, ...(cursor === undefined ? {} : { cursor }) };
          return fetchTraces({ ...query, ...page }, signal);
        },
      };
    },
    rows: (page) => page.traces,
    nextCursor: (page) => page.nextCursor,
  });
}

export function spanGroups(asked: Asked): Loadable<SpanGroupsResponse> {
  return new Loadable(() => {
    const wish = asked();
    const { by, sort } = wish.explore;
    return {
      key: `${boxedKey(wish)} ${by} ${sort}`,
      run: (signal) => {
        const query = boxedQuery(wish.explore, resolveRange(wish.range, serverNow()));
        return fetchSpanGroups({ ...query, by, sort, limit: GROUPS_MAX }, signal);
      },
    };
  });
}

/** One row with the exact number of all spans, or of their traces. */
export function listTotal(asked: Asked, countTraces: boolean): Loadable<SpanGroupsResponse> {
  return new Loadable(() => {
    const wish = asked();
    return {
      key: `${boxedKey(wish)} total`,
      run: (signal) => {
        const query = boxedQuery(wish.explore, resolveRange(wish.range, serverNow()));
        return fetchSpanGroups({ ...query, countTraces }, signal);
      },
    };
  });
}
