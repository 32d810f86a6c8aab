import { createRoute, z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import { OWN_NAMESPACE } from '../../own.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { GROUP_SORTS } from '../../traces/explore/group-queries.ts';
import { readGroups } from '../../traces/explore/read-groups.ts';
import { readHeatmap } from '../../traces/explore/read-heatmap.ts';
import { readSpans, type SpanPosition } from '../../traces/explore/span-list.ts';
import type { Asking, SpanSet, SpanWish } from '../../traces/explore/span-scope.ts';
import { readKeys, readValues } from '../../traces/explore/suggestions.ts';
import {
  type Condition,
  parseSpanFilter,
  SPAN_FILTER_FORMS,
} from '../../traces/where/parse-where.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Api } from '../env.ts';
import {
  checkRange,
  flagParameter,
  limitParameter,
  rangeParameters,
  type TimeRange,
  textParameter,
} from '../parameters.ts';
import {
  AttributeKeysSchema,
  AttributeValuesSchema,
  SpanGroupsSchema,
  SpanHeatmapSchema,
  SpansSchema,
} from './span-schema.ts';

const tags = ['traces'];
const SUGGESTIONS_MAX = 60;

const CursorShape = z.tuple([z.string().regex(/^\d{1,19}$/), z.string().regex(/^[0-9a-f]{16}$/)]);

/** The spans that a request is about, beside their range. */
export const spanParameters: {
  where: ReturnType<typeof textParameter>;
  set: z.ZodType<SpanSet, string | undefined>;
  own: z.ZodType<boolean, string | undefined>;
} = {
  where: textParameter(
    `Conditions on spans: ${SPAN_FILTER_FORMS}.`,
    'service=checkout duration>250ms',
    ANSWER_LIMITS.whereLengthMax,
  ),
  set: z
    .enum(['requests', 'roots', 'all', ''])
    .optional()
    .openapi({
      description:
        'Which spans: what services are asked for (server and consumer spans, and internal ones ' +
        'without a parent; the default), the first of each trace, or all.',
      example: 'requests',
    })
    .transform((set): SpanSet => (set === 'roots' || set === 'all' ? set : 'requests')),
  own: z
    .enum(['true', 'false', ''])
    .optional()
    .openapi({
      description: `\`false\` leaves out the spans of Sonde itself (namespace \`${OWN_NAMESPACE}\`).`,
      example: 'true',
    })
    .transform((own) => own !== 'false'),
};

const NOT_OWN: Condition = { key: 'namespace', operator: '!=', value: OWN_NAMESPACE, at: 0 };

/** The parsed parameters as what the readers take. */
export function spanWish(
  tenant: string,
  {
    from,
    to,
    where,
    set,
    own,
  }: TimeRange & { where?: string | undefined; set: SpanSet; own: boolean },
): SpanWish {
  const filter = parseSpanFilter(where ?? '');
  const conditions = own ? filter.conditions : [...filter.conditions, NOT_OWN];
  return { tenant, range: { from, to }, set, ...filter, conditions };
}

export function addSpans(api: Api, store: StoreReader): void {
  addHeatmap(api, store);
  addGroups(api, store);
  addKeys(api, store);
  addValues(api, store);
  addSpanList(api, store);
}

function asking(signal: AbortSignal): Asking {
  return { meter: new CostMeter(), signal };
}

const scopeParameters = z
  .strictObject({ ...rangeParameters, ...spanParameters })
  .superRefine(checkRange);

function addHeatmap(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/spans/heatmap',
    tags,
    summary: 'Latency, rate and errors over time of the spans that match',
    description:
      '`path` says what answered: roll-ups a minute where these tell the spans apart (service, ' +
      'name, kind, environment, namespace, cluster, peer.service, root, origin, errors), else spans.',
    request: { query: scopeParameters },
    responses: { 200: jsonAnswer('The heatmap.', SpanHeatmapSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const wish = spanWish(context.get('viewer').tenant, context.req.valid('query'));
    return context.json(await readHeatmap(store, wish, asking(context.get('signal'))), 200);
  });
}

const groupParameters = z
  .strictObject({
    ...rangeParameters,
    ...spanParameters,
    by: textParameter('A field or attribute; one group of all spans when absent.', 'http.route'),
    sort: z
      .enum(GROUP_SORTS)
      .optional()
      .openapi({ description: 'Largest first; `rate` when absent.', example: 'p95' }),
    limit: limitParameter(),
    countTraces: flagParameter('Count the traces of each group too.'),
  })
  .superRefine(checkRange);

function addGroups(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/spans/groups',
    tags,
    summary: 'Rate, errors and latency of the spans that match, by a field or attribute',
    description: 'Exact, from the spans themselves; `groupsTotal` counts the groups.',
    request: { query: groupParameters },
    responses: { 200: jsonAnswer('The groups.', SpanGroupsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { by, sort = 'rate', limit, countTraces, ...query } = context.req.valid('query');
    const wish = spanWish(context.get('viewer').tenant, query);
    const grouping = { ...wish, by, sort, limit, countTraces };
    return context.json(await readGroups(store, grouping, asking(context.get('signal'))), 200);
  });
}

const listParameters = z
  .strictObject({
    ...rangeParameters,
    ...spanParameters,
    limit: limitParameter(),
    cursor: textParameter('`nextCursor` of the page before.', ''),
  })
  .superRefine(checkRange);

function addSpanList(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/spans',
    tags,
    summary: 'Spans that match, newest first',
    description:
      'Looks at windows of time, newest first, and answers after a second with what it found: a ' +
      'page may be short, even empty, and still have a `nextCursor`.',
    request: { query: listParameters },
    responses: { 200: jsonAnswer('One page.', SpansSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { limit, cursor, ...query } = context.req.valid('query');
    const wish = spanWish(context.get('viewer').tenant, query);
    const after = cursor === undefined ? undefined : position(cursor);
    const ask = asking(context.get('signal'));
    const { spans, next, scannedFromMs } = await readSpans(store, { ...wish, after, limit }, ask);
    const page = { spans, scannedFromMs, cost: ask.meter.cost };
    if (next === undefined) return context.json(page, 200);
    const nextCursor = encodeCursor([next.startUnixNano, next.spanId]);
    return context.json({ ...page, nextCursor }, 200);
  });
}

function position(cursor: string): SpanPosition {
  const [startUnixNano, spanId] = decodeCursor(cursor, CursorShape);
  return { startUnixNano, spanId };
}

const search = textParameter('Part of it, any case.', 'http');
const keyParameters = z.strictObject({ ...rangeParameters, search }).superRefine(checkRange);

function addKeys(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/spans/keys',
    tags,
    summary: 'What spans can be filtered and grouped by',
    request: { query: keyParameters },
    responses: { 200: jsonAnswer('The keys.', AttributeKeysSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to, search: text = '' } = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const wish = { tenant, range: { from, to }, search: text, limit: SUGGESTIONS_MAX };
    const ask = asking(context.get('signal'));
    const keys = await readKeys(store, wish, ask);
    return context.json({ keys, cost: ask.meter.cost }, 200);
  });
}

const valueParameters = z
  .strictObject({
    ...rangeParameters,
    search,
    key: z.string().min(1).openapi({ description: 'A key.', example: 'http.route' }),
  })
  .superRefine(checkRange);

function addValues(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/spans/values',
    tags,
    summary: 'The most frequent values of a key',
    request: { query: valueParameters },
    responses: { 200: jsonAnswer('The values.', AttributeValuesSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { from, to, key, search: text = '' } = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const wish = { tenant, range: { from, to }, key, search: text, limit: SUGGESTIONS_MAX };
    const ask = asking(context.get('signal'));
    const values = await readValues(store, wish, ask);
    return context.json({ values, cost: ask.meter.cost }, 200);
  });
}
