import {
  Hash64,
  HashWords,
  hashAttributes,
  hashDictionaryString,
  type MetricColumns,
  type PointColumns,
  type ScopeTable,
} from '@sonde/proto';
import { endBefore } from '@sonde/store';

/**
 * What makes a series, hashed by metric (`fingerprint`: two words a resource): `stableHash64` over kind, temporality, monotonicity, the
 * resource's fingerprint and the hashes of name, unit, schema URLs and scope. Ids lie in the store:
 * they never change.
 */
export function metricHashes(columns: MetricColumns, fingerprint: Uint32Array): Int32Array {
  const hashes = new Int32Array(columns.count * 2);
  const scopes = scopeHashes(columns.scopes);
  const part = new Hash64();
  const words = new HashWords(19);
  for (let row = 0; row < columns.count; row++) {
    const resource = columns.resource[row] * 2;
    const scope = columns.scope[row] * 2;
    words
      .start()
      .word(columns.kind[row])
      .word(columns.temporality[row])
      .word(columns.isMonotonic[row])
      .word(fingerprint[resource])
      .word(fingerprint[resource + 1])
      .word(scopes[scope])
      .word(scopes[scope + 1]);
    hashDictionaryString(columns.names, columns.name[row], part);
    words.hash(part);
    hashDictionaryString(columns.units, columns.unit[row], part);
    words.hash(part);
    hashDictionaryString(columns.schemaUrls, columns.resourceSchemaUrl[row], part);
    words.hash(part);
    hashDictionaryString(columns.schemaUrls, columns.scopeSchemaUrl[row], part);
    words.hash(part).into(part);
    hashes[row * 2] = part.low;
    hashes[row * 2 + 1] = part.high;
  }
  return hashes;
}

function scopeHashes(scopes: ScopeTable): Int32Array {
  const hashes = new Int32Array(scopes.count * 2);
  const part = new Hash64();
  const words = new HashWords(7);
  for (let row = 0; row < scopes.count; row++) {
    words.start().word(scopes.droppedAttributesCount[row]);
    hashDictionaryString(scopes.names, scopes.name[row], part);
    words.hash(part);
    hashDictionaryString(scopes.versions, scopes.version[row], part);
    words.hash(part);
    const { attributeEnd } = scopes;
    const end = endBefore(attributeEnd, row + 1);
    hashAttributes(scopes.attributes, endBefore(attributeEnd, row), end, part);
    words.hash(part).into(part);
    hashes[row * 2] = part.low;
    hashes[row * 2 + 1] = part.high;
  }
  return hashes;
}

/** The series of every point, two words each: its metric's hash and its attributes', hashed. */
export function seriesIds(points: PointColumns, metrics: Int32Array): Uint32Array {
  const ids = new Uint32Array(points.count * 2);
  const part = new Hash64();
  const words = new HashWords(4);
  let start = 0;
  for (let row = 0; row < points.count; row++) {
    const end = points.attributeEnd[row * 2];
    hashAttributes(points.attributes, start, end, part);
    start = end;
    const metric = points.metric[row] * 2;
    words
      .start()
      .word(metrics[metric])
      .word(metrics[metric + 1])
      .hash(part)
      .into(part);
    ids[row * 2] = part.low;
    ids[row * 2 + 1] = part.high;
  }
  return ids;
}
