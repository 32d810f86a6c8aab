import { joinSql, param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { StoreQuery } from '../../../store-reader.ts';
import { bothSpans, isSelected, type Selection } from '../selection.ts';
import type { Operation } from './flame-graph.ts';

/** Different operations that frames can be of; rarer ones are one. */
const OPERATIONS_MAX = 4096;
/** Of a larger trace the longest spans are looked at. */
const SPANS_PER_TRACE_MAX = 1000;
/** Spans of one trace that the store gathers. */
const GATHERED_SPANS_MAX = 200_000;

export interface OperationRow extends Operation {
  /** 64 bits in decimal. */
  readonly hash: string;
}

const OperationRowSchema: z.ZodType<OperationRow> = z.object({
  hash: z.string(),
  service: z.string(),
  name: z.string(),
  kind: z.number(),
  peer: z.string(),
});

/** Attributes by which a call says whom it was for, where no column has it, the best first. */
const ADDRESS_KEYS: readonly string[] = ['server.address', 'net.peer.name', 'http.host'];
const ADDRESSES = joinSql(
  ADDRESS_KEYS.map((key) => sql`attributes[${param.string(key)}]`),
  ', ',
);

/** Whose spans are told apart by what. */
export interface TreeWish {
  /** Calls are told apart by the address that was called too; that reads attributes of all spans. */
  readonly byAddress: boolean;
}

function peerOf({ byAddress }: TreeWish): Sql {
  const address = sql`if(kind IN (3, 4), arrayFirst(said -> said != '', [${ADDRESSES}]), '')`;
  return sql`multiIf(peer_service != '', toString(peer_service),
    db_system != '', toString(db_system), messaging_destination != '',
    toString(messaging_destination), ${byAddress ? address : sql`''`})`;
}

function hashOf(wish: TreeWish): Sql {
  return sql`cityHash64(toString(service), toString(name), kind, ${peerOf(wish)})`;
}

/** What the spans of the traces do, the most frequent first. */
export function operationsQuery(selection: Selection, wish: TreeWish): StoreQuery<OperationRow> {
  return {
    summary: 'SELECT spans operations',
    row: OperationRowSchema,
    sql: sql`
      SELECT toString(place) AS hash, any(its_service) AS service, any(its_name) AS name,
        any(its_kind) AS kind, any(its_peer) AS peer
      FROM (
        SELECT ${hashOf(wish)} AS place, toString(service) AS its_service, toString(name) AS its_name,
          kind AS its_kind, ${peerOf(wish)} AS its_peer
        FROM spans
        WHERE ${bothSpans(selection)}
      )
      GROUP BY place
      ORDER BY count() DESC, hash
      LIMIT ${param.uint64(OPERATIONS_MAX)}`,
  };
}

export interface TreeRow {
  readonly selected: number;
  readonly weight: number;
  readonly span_count: number;
  readonly operations: readonly number[];
  readonly parents: readonly number[];
  readonly starts: readonly number[];
  readonly durations: readonly number[];
  readonly failed: readonly number[];
}

const numbers = z.array(z.number());

const TreeRowSchema: z.ZodType<TreeRow> = z.object({
  selected: z.number(),
  weight: z.number(),
  span_count: uint64Number,
  operations: numbers,
  parents: numbers,
  starts: numbers,
  durations: numbers,
  failed: numbers,
});

/** A row a trace. Of a span that is stored twice one is left. */
export function treesQuery(
  selection: Selection,
  { operations, ...wish }: TreeWish & { readonly operations: readonly OperationRow[] },
): StoreQuery<TreeRow> {
  return {
    summary: 'SELECT spans trees',
    row: TreeRowSchema,
    sql: sql`
      WITH ${places(operations, hashOf(wish))} AS place,
        arraySlice(arrayReverseSort(s -> s.5, gathered), 1,
          ${param.uint64(SPANS_PER_TRACE_MAX)}) AS kept,
        arrayMap(s -> s.1, kept) AS ids
      SELECT selected, weight, length(gathered) AS span_count,
        arrayMap(s -> s.3, kept) AS operations,
        arrayMap(s -> if(s.2 = 0, 0, if(indexOf(ids, s.2) = 0, -1, toInt32(indexOf(ids, s.2)))),
          kept) AS parents,
        arrayMap(s -> toFloat64(s.4 - first_start), kept) AS starts,
        arrayMap(s -> toFloat64(s.5), kept) AS durations,
        arrayMap(s -> s.6, kept) AS failed
      FROM (
        SELECT max(${isSelected(selection)}) AS selected,
          max(weight) AS weight,
          min(toUnixTimestamp64Nano(timestamp)) AS first_start,
          groupUniqArray(${param.uint64(GATHERED_SPANS_MAX)})((
            reinterpretAsUInt64(span_id), reinterpretAsUInt64(parent_span_id), place,
            toUnixTimestamp64Nano(timestamp), duration_ns, toUInt8(status_code = 2))) AS gathered
        FROM spans
        WHERE ${bothSpans(selection)}
        GROUP BY trace_id
      )`,
  };
}

/** Index of a span's operation; -2 of one that is not known. */
function places(operations: readonly OperationRow[], hash: Sql): Sql {
  if (operations.length === 0) return sql`toInt32(-2)`;
  const hashes = param.strings(operations.map(({ hash }) => hash));
  return sql`transform(${hash}, arrayMap(hash -> toUInt64(hash), ${hashes}),
    arrayMap(at -> toInt32(at - 1), arrayEnumerate(${hashes})), toInt32(-2))`;
}
