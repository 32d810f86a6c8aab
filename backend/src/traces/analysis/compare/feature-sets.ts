import { joinSql, param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { StoreQuery } from '../../../store-reader.ts';
import { bothSpans, isSelected, type Selection } from '../selection.ts';
import type { DurationBand } from './duration-bands.ts';
import type { FeatureSet } from './explain-groups.ts';
import { BUCKET, spanHashes } from './item-queries.ts';

/** Sets that are told apart; the most frequent first. */
const SETS_MAX = 20_000;

/** What bit i of a trace's set stands for. */
export type SetFeature =
  /** An item of a span. */
  | { readonly on: 'item'; readonly hash: string }
  /** One of these resources. */
  | { readonly on: 'resource'; readonly fingerprints: readonly string[] }
  /** Time in an operation. */
  | {
      readonly on: 'time';
      readonly service: string;
      readonly name: string;
      readonly band: DurationBand;
    };

const FeatureSetSchema: z.ZodType<FeatureSet> = z.object({
  bits: z.number(),
  selected: uint64Number,
  baseline: uint64Number,
});

/** How many traces have the same set of these features. */
export function featureSetsQuery(
  selection: Selection,
  { features, suppressed }: { features: readonly SetFeature[]; suppressed: readonly string[] },
): StoreQuery<FeatureSet> {
  return {
    summary: 'SELECT spans feature sets',
    row: FeatureSetSchema,
    sql: sql`
      SELECT bits, countIf(is_selected = 1) AS selected, countIf(is_selected = 0) AS baseline
      FROM (
        SELECT trace_id, max(is_selected) AS is_selected, groupBitOr(some_bits) AS bits
        FROM (
          SELECT trace_id, max(${isSelected(selection)}) AS is_selected,
            bitOr(bitOr(${itemBits(features, suppressed)}, ${resourceBits(features)}),
              ${timeBits(features)}) AS some_bits
          FROM spans WHERE ${bothSpans(selection)}
          GROUP BY trace_id, service, name
        )
        GROUP BY trace_id
      )
      GROUP BY bits
      ORDER BY selected + baseline DESC, bits
      LIMIT ${param.uint64(SETS_MAX)}`,
  };
}

const NO_BITS = sql`toUInt32(0)`;

function itemBits(features: readonly SetFeature[], suppressed: readonly string[]): Sql {
  const pairs = features.flatMap((feature, i) =>
    feature.on === 'item' ? [{ text: feature.hash, bit: bitOf(i) }] : [],
  );
  if (pairs.length === 0) return NO_BITS;
  const hashes = param.strings(pairs.map(({ text }) => text));
  return sql`groupBitOrArray(arrayMap(hash -> transform(hash,
    arrayMap(text -> toUInt64(text), ${hashes}), ${bitList(pairs)}, toUInt32(0)),
    ${spanHashes(suppressed)}))`;
}

function resourceBits(features: readonly SetFeature[]): Sql {
  const bits = new Map<string, number>();
  features.forEach((feature, i) => {
    if (feature.on !== 'resource') return;
    for (const id of feature.fingerprints) bits.set(id, ((bits.get(id) ?? 0) | (1 << i)) >>> 0);
  });
  if (bits.size === 0) return NO_BITS;
  const pairs = [...bits].map(([text, bit]) => ({ text, bit }));
  const ids = param.strings(pairs.map(({ text }) => text));
  return sql`groupBitOr(transform(resource_fingerprint,
    arrayMap(id -> toUInt64(id), ${ids}), ${bitList(pairs)}, toUInt32(0)))`;
}

function timeBits(features: readonly SetFeature[]): Sql {
  const parts = features.flatMap((feature, i) => {
    if (feature.on !== 'time') return [];
    const { service, name, band } = feature;
    const isThere = sql`(service = ${param.string(service)} AND name = ${param.string(name)}
      AND ${BUCKET} >= ${param.uint64(band.first)} AND ${BUCKET} <= ${param.uint64(band.last)})`;
    return [sql`if(${isThere}, ${bit(i)}, toUInt32(0))`];
  });
  return parts.length === 0 ? NO_BITS : sql`arrayReduce('groupBitOr', [${joinSql(parts, ', ')}])`;
}

function bitOf(index: number): number {
  return (1 << index) >>> 0;
}

function bit(index: number): Sql {
  return sql`${param.uint32(bitOf(index))}`;
}

function bitList(pairs: readonly { readonly bit: number }[]): Sql {
  const bits = param.strings(pairs.map((pair) => String(pair.bit)));
  return sql`arrayMap(bits -> toUInt32(bits), ${bits})`;
}
