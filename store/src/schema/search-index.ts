import type { SearchIndex } from './table.ts';

/**
 * Indexes over a map of attributes. Bloom filters answer `mapContains(m, 'k')` and
 * `has(mapValues(m), 'v')` (name it in the query beside `m['k'] = 'v'`: the engine does not infer
 * it); a text index answers `has(attribute_items, 'k=v')` forty times faster for nine times the
 * bytes. Text is off by default: engines before 26.8 lose it under ORDER BY ... LIMIT.
 */
export function attributeIndexes(kind: SearchIndex): readonly string[] {
  if (kind === 'off') return [];
  if (kind === 'text') {
    return ["INDEX i_attributes attribute_items TYPE text(tokenizer = 'array')"];
  }
  return [
    'INDEX i_attribute_keys mapKeys(attributes) TYPE bloom_filter(0.01) GRANULARITY 1',
    'INDEX i_attribute_values mapValues(attributes) TYPE bloom_filter(0.01) GRANULARITY 1',
  ];
}

/**
 * Words of a log body: `hasToken(lower(body), 'word')`. Of 65,536 records with some hundred thousand
 * different words a filter of 32 KiB lets one granule in seven through for a word that is in none,
 * one of 128 KiB one in fifty; it is 2 bytes a record on the disk.
 */
export function bodyIndexes(kind: SearchIndex): readonly string[] {
  if (kind === 'off') return [];
  if (kind === 'text') {
    return ["INDEX i_body lower(body) TYPE text(tokenizer = 'splitByNonAlpha')"];
  }
  return ['INDEX i_body lower(body) TYPE tokenbf_v1(131072, 3, 0) GRANULARITY 8'];
}

/**
 * A trace id as the Collector's views show it. A FixedString of zeros is `empty`; compared with a
 * folded constant instead, the engine would not find the index for the expression again.
 */
export const HEX_TRACE_ID = "if(empty(trace_id), '', lower(hex(trace_id)))";

/**
 * By hex in a table whose key is the id: hex keeps its order, so that the bounds of a granule find it
 * as the key does.
 */
export const HEX_TRACE_ID_BOUNDS: string = `INDEX i_trace_id_hex ${HEX_TRACE_ID} TYPE minmax GRANULARITY 1`;

/** By id, raw for our own queries and as hex for those of the Collector's views. */
export const TRACE_ID_INDEXES: readonly string[] = [
  'INDEX i_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1',
  `INDEX i_trace_id_hex ${HEX_TRACE_ID} TYPE bloom_filter(0.001) GRANULARITY 1`,
];
