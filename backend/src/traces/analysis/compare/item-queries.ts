import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atHour, atSecond } from '../../../instant-sql.ts';
import type { StoreQuery } from '../../../store-reader.ts';
import type { TimeWindow } from '../../../time-windows.ts';
import type { AnalysisScope } from '../analysis-scope.ts';
import { bothSpans, isEntry, isSelected, type Selection } from '../selection.ts';
import { unionWindow } from '../selection-queries.ts';
import { BUCKETS_PER_OCTAVE } from './duration-bands.ts';

/** Longer values are compared by their beginning. */
const VALUE_BYTES_MAX = 200;
const ITEMS_MAX = 4000;
const BUCKETS_MAX = 100_000;
const KEYS_MAX = 2000;
const RESOURCES_MAX = 20_000;
const HOUR_S = 3600;
/** Hours that tell how varied values are. */
const HOURS_MAX = 3;

/** Keys that say nothing when they differ: text, not a value. */
const NOISE_KEYS: readonly string[] = [
  ...['exception.stacktrace', 'code.stacktrace', 'thread.id', 'process.pid', 'process.parent_pid'],
  ...['process.command_line', 'process.command_args', 'telemetry.sdk.version', 'code.lineno'],
  ...['network.peer.port', 'net.peer.port', 'net.sock.peer.port', 'client.port', 'idle'],
];

export interface KeyRow {
  readonly key: string;
  readonly entries: number;
  /** Entries of values that are not among the most frequent. */
  readonly others: number;
  readonly value_count: number;
}

const KeyRowSchema: z.ZodType<KeyRow> = z.object({
  key: z.string(),
  entries: uint64Number,
  others: uint64Number,
  value_count: uint64Number,
});

/** Attribute keys of spans in some hours of both windows, and how varied their values are. */
export function keysQuery(scope: AnalysisScope): StoreQuery<KeyRow> {
  const hours = someHours(unionWindow(scope));
  return {
    summary: 'SELECT attribute_catalogue varied keys',
    row: KeyRowSchema,
    sql: sql`
      WITH approx_top_sumMerge(50, 150)(catalogue.top_values) AS top,
        arraySum(value -> value.count, top) AS counted
      SELECT key, sum(catalogue.entries) AS entries,
        toUInt64(entries - least(entries, counted)) AS others,
        toUInt64(length(top)) AS value_count
      FROM attribute_catalogue AS catalogue
      WHERE tenant = ${param.string(scope.wish.tenant)} AND carrier = 'span'
        AND time IN ${param.strings(hours.map(String))}
      GROUP BY key
      ORDER BY entries DESC, key
      LIMIT ${param.uint64(KEYS_MAX)}`,
  };
}

/** Hours of a window, evenly apart, in seconds. */
function someHours({ from, to }: TimeWindow): number[] {
  const first = Math.floor(from / (HOUR_S * 1000));
  const count = Math.max(1, Math.ceil(to / (HOUR_S * 1000)) - first);
  const asked = Math.min(count, HOURS_MAX);
  return Array.from(
    { length: asked },
    (_, i) => (first + Math.floor(((i + 0.5) * count) / asked)) * HOUR_S,
  );
}

/** More than half of the entries are of values that are hardly there twice. */
export function isVaried({ entries, others, value_count: count }: KeyRow): boolean {
  return count >= 50 && others * 2 > entries;
}

/** A value or operation, and the traces that have it. */
export interface CountRow {
  /** Of what carries it, its key and value, in decimal: texts of all traces take too much memory. */
  readonly hash: string;
  readonly selected: number;
  readonly baseline: number;
  readonly failed: number;
  readonly quantiles: readonly number[];
}

const CountRowSchema: z.ZodType<CountRow> = z.object({
  hash: z.string(),
  selected: uint64Number,
  baseline: uint64Number,
  failed: uint64Number,
  quantiles: z.array(z.number()),
});

/** What a hash stands for. */
export interface NameRow {
  readonly hash: string;
  /** What carries it, its key and value, parted by `SEPARATOR`. */
  readonly item_text: string;
}

const NameRowSchema: z.ZodType<NameRow> = z.object({
  hash: z.string(),
  item_text: z.string(),
});

export const SEPARATOR = '\u001f';

/** The hash that every trace has: its counts are those of the two sides. */
export const ANY_HASH = '0';
const ANY = sql`toUInt64(0)`;

/** How an item is written: what carries it, its key and its value. */
type ItemSql = (carrier: string, key: Sql, value: Sql) => Sql;

const hashOf: ItemSql = (carrier, key, value) =>
  sql`cityHash64(${param.string(carrier)}, ${key}, left(${value}, ${param.uint64(VALUE_BYTES_MAX)}))`;

const textOf: ItemSql = (carrier, key, value) =>
  sql`concat(${param.string(carrier + SEPARATOR)}, ${key}, ${param.string(SEPARATOR)},
    left(${value}, ${param.uint64(VALUE_BYTES_MAX)}))`;

const hashAndTextOf: ItemSql = (carrier, key, value) =>
  sql`(${hashOf(carrier, key, value)}, ${textOf(carrier, key, value)})`;

/** Values of a span and its events, without keys that are not compared. */
function spanItems(suppressed: readonly string[], itemOf: ItemSql): Sql {
  const ignored = param.strings([...suppressed, ...NOISE_KEYS]);
  const ofMap = (carrier: string, map: Sql): Sql => sql`arrayMap(
    (k, v) -> ${itemOf(carrier, sql`k`, sql`v`)},
    arrayFilter(k -> NOT has(${ignored}, k), mapKeys(${map})),
    arrayFilter((v, k) -> NOT has(${ignored}, k), mapValues(${map}), mapKeys(${map})))`;
  return sql`arrayConcat(
    [${itemOf('operation', sql`toString(service)`, sql`toString(name)`)}],
    ${ofMap('span', sql`attributes`)},
    arrayMap(n -> ${itemOf('event', sql`'event.name'`, sql`toString(n)`)}, events.name),
    arrayFlatten(arrayMap(event -> ${ofMap('event', sql`event`)}, events.attributes)))`;
}

/** The same as hashes. */
export function spanHashes(suppressed: readonly string[]): Sql {
  return spanItems(suppressed, hashOf);
}

const WITHIN = sql`selected, entry_failed, entry_ns`;

/** A trace with what its entry took and whether it failed: of several the longest. */
function traceColumns(selection: Selection): Sql {
  const entry = isEntry(selection);
  return sql`max(${isSelected(selection)}) AS selected,
    maxIf(status_code = 2, ${entry}) AS entry_failed,
    maxIf(duration_ns, ${entry}) AS entry_ns`;
}

const COUNTS = sql`countIf(selected = 1) AS selected_traces, countIf(selected = 0) AS baseline_traces,
  countIf(entry_failed = 1) AS failed,
  arrayMap(ns -> toFloat64(ns), quantilesTDigest(0.5, 0.95)(entry_ns)) AS quantiles`;

function countItems(
  perTrace: Sql,
  least: { readonly selected: number; readonly baseline: number },
): Sql {
  return sql`
    SELECT toString(hash) AS hash, selected_traces AS selected, baseline_traces AS baseline,
      failed, quantiles
    FROM (
      SELECT hash, ${COUNTS} FROM (${perTrace}) ARRAY JOIN hashes AS hash
      GROUP BY hash
      HAVING selected_traces >= ${param.uint64(least.selected)}
        OR baseline_traces >= ${param.uint64(least.baseline)}
    )
    ORDER BY greatest(selected / ${param.uint64(least.selected)},
      baseline / ${param.uint64(least.baseline)}) DESC, hash
    LIMIT ${param.uint64(ITEMS_MAX)}`;
}

/** What is rarer on both sides than `least` is left out. */
export interface ItemWish {
  readonly suppressed: readonly string[];
  readonly least: { readonly selected: number; readonly baseline: number };
}

export function itemsQuery(
  selection: Selection,
  { suppressed, least }: ItemWish,
): StoreQuery<CountRow> {
  const perTrace = sql`
    SELECT ${traceColumns(selection)}, arrayPushBack(groupUniqArrayArray(${spanHashes(suppressed)}), ${ANY}) AS hashes
    FROM spans WHERE ${bothSpans(selection)} GROUP BY trace_id`;
  return {
    summary: 'SELECT spans values by trace',
    row: CountRowSchema,
    sql: countItems(perTrace, least),
  };
}

/** What was counted, in words, of `spans`. */
export function itemNamesQuery(
  spans: Sql,
  { suppressed, hashes }: Pick<ItemWish, 'suppressed'> & { readonly hashes: readonly string[] },
): StoreQuery<NameRow> {
  return {
    summary: 'SELECT spans values in words',
    row: NameRowSchema,
    sql: sql`
      SELECT toString(item.1) AS hash, any(item.2) AS item_text
      FROM (
        SELECT arrayFilter(item -> item.1 IN ${param.strings(hashes)},
          ${spanItems(suppressed, hashAndTextOf)}) AS items
        FROM spans WHERE ${spans}
      )
      ARRAY JOIN items AS item
      GROUP BY item.1`,
  };
}

/** The same of resources: their values are looked up once a resource, not once a span. */
export function resourceItemsQuery(
  selection: Selection,
  { least }: Pick<ItemWish, 'least'>,
): StoreQuery<CountRow> {
  const perTrace = sql`
    SELECT ${WITHIN}, groupUniqArrayArray(known.items) AS hashes
    FROM (
      SELECT trace_id, ${WITHIN}, arrayJoin(fingerprints) AS fingerprint
      FROM (
        SELECT trace_id, ${traceColumns(selection)},
          groupUniqArray(resource_fingerprint) AS fingerprints
        FROM spans WHERE ${bothSpans(selection)} GROUP BY trace_id
      )
    ) AS seen
    INNER JOIN (${resourceItems(selection, hashOf)}) AS known
      ON seen.fingerprint = known.fingerprint
    GROUP BY trace_id, ${WITHIN}`;
  return {
    summary: 'SELECT resources values by trace',
    row: CountRowSchema,
    sql: countItems(perTrace, least),
  };
}

export function resourceNamesQuery(
  selection: Selection,
  hashes: readonly string[],
): StoreQuery<NameRow> {
  return {
    summary: 'SELECT resources values in words',
    row: NameRowSchema,
    sql: sql`
      SELECT toString(item.1) AS hash, any(item.2) AS item_text
      FROM (${resourceItems(selection, hashAndTextOf)})
      ARRAY JOIN items AS item
      WHERE item.1 IN ${param.strings(hashes)}
      GROUP BY item.1`,
  };
}

/** `items` of each resource, by its fingerprint. */
function resourceItems({ scope, bothWindow }: Selection, itemOf: ItemSql): Sql {
  const ignored = param.strings(['service.name', ...NOISE_KEYS]);
  return sql`
    SELECT fingerprint, any(arrayMap(
      (k, v) -> ${itemOf('resource', sql`k`, sql`v`)},
      arrayFilter(k -> NOT has(${ignored}, k), mapKeys(attributes)),
      arrayFilter((v, k) -> NOT has(${ignored}, k), mapValues(attributes), mapKeys(attributes))
    )) AS items
    FROM resources
    WHERE tenant = ${param.string(scope.wish.tenant)} AND bucket >= ${atHour(bothWindow.from)}
      AND bucket <= ${atSecond(bothWindow.to)}
    GROUP BY fingerprint
    ORDER BY fingerprint
    LIMIT ${param.uint64(RESOURCES_MAX)}`;
}

export interface ResourceRow {
  /** In decimal. */
  readonly id: string;
  readonly items: readonly string[];
}

const ResourceRowSchema: z.ZodType<ResourceRow> = z.object({
  id: z.string(),
  items: z.array(z.string()),
});

/** Which resources have one of these items. */
export function resourcesWithQuery(
  selection: Selection,
  items: readonly string[],
): StoreQuery<ResourceRow> {
  return {
    summary: 'SELECT resources with values',
    row: ResourceRowSchema,
    sql: sql`
      SELECT toString(fingerprint) AS id,
        arrayFilter(item -> has(${param.strings(items)}, item), items) AS items
      FROM (${resourceItems(selection, textOf)})
      WHERE hasAny(items, ${param.strings(items)})`,
  };
}

/** Traces by the bucket of the time that they spent in one operation. */
export interface TimeRow {
  readonly service: string;
  readonly name: string;
  readonly bucket: number;
  readonly selected: number;
  readonly baseline: number;
  /** Selected traces in which such a span was itself in the box or the first. */
  readonly picked: number;
}

const TimeRowSchema: z.ZodType<TimeRow> = z.object({
  service: z.string(),
  name: z.string(),
  bucket: z.number(),
  selected: uint64Number,
  baseline: uint64Number,
  picked: uint64Number,
});

export const BUCKET: Sql = sql`toUInt16(floor(log2(greatest(sum(duration_ns), 1))
  * ${param.uint64(BUCKETS_PER_OCTAVE)}))`;

export function timesQuery(selection: Selection, picked: Sql): StoreQuery<TimeRow> {
  return {
    summary: 'SELECT spans times by trace',
    row: TimeRowSchema,
    sql: sql`
      SELECT toString(span_service) AS service, toString(span_name) AS name, bucket,
        countIf(is_selected = 1) AS selected, countIf(is_selected = 0) AS baseline,
        countIf(is_selected = 1 AND is_picked = 1) AS picked
      FROM (
        SELECT trace_id, service AS span_service, name AS span_name, ${BUCKET} AS bucket,
          max(${isSelected(selection)}) AS is_selected, max(${picked}) AS is_picked
        FROM spans WHERE ${bothSpans(selection)}
        GROUP BY trace_id, service, name
      )
      GROUP BY span_service, span_name, bucket
      ORDER BY selected DESC
      LIMIT ${param.uint64(BUCKETS_MAX)}`,
  };
}
