import type { MetricColumns } from '../columns/metric-columns.ts';
import type { PointColumns } from '../columns/point-columns.ts';
import { Hash64, HashWords } from '../columns/stable-hash.ts';
import { hashAttributes, hashDictionaryString } from '../decode/attribute-hash.ts';

/**
 * Ids of the metric series of one batch; the part that a metric's points have in common is hashed
 * once. Ids lie in databases: the recipe never changes.
 *
 * - scope: `stableHash64` of dropped count, hash of name, hash of version, hash of attributes
 * - metric: of kind, temporality, monotonicity, resource fingerprint, scope, hashes of name, unit,
 *   the resource's and the scope's schema URL
 * - series: of metric, hash of the point's attributes
 *
 * in little-endian words, each hash as low word, high word.
 */
export class SeriesIds {
  readonly #metrics: Int32Array;
  readonly #words = new HashWords(4);
  readonly #metric = new Hash64();

  /** The batch must not change afterwards. */
  constructor(columns: MetricColumns) {
    this.#metrics = metricHashes(columns, scopeHashes(columns));
  }

  /** Writes the id of point `row` of a table of the batch into `out`. */
  of(points: PointColumns, row: number, out: Hash64): void {
    const ends = points.attributeEnd;
    const metric = points.metric[row] * 2;
    this.#metric.low = this.#metrics[metric];
    this.#metric.high = this.#metrics[metric + 1];
    hashAttributes(points.attributes, row === 0 ? 0 : ends[row * 2 - 2], ends[row * 2], out);
    this.#words.start().hash(this.#metric).hash(out).into(out);
  }
}

function scopeHashes(columns: MetricColumns): Int32Array {
  const scopes = columns.scopes;
  const hashes = new Int32Array(scopes.count * 2);
  const words = new HashWords(7);
  const part = new Hash64();
  for (let row = 0; row < scopes.count; row++) {
    words.start().word(scopes.droppedAttributesCount[row]);
    hashDictionaryString(scopes.names, scopes.name[row], part);
    words.hash(part);
    hashDictionaryString(scopes.versions, scopes.version[row], part);
    words.hash(part);
    const ends = scopes.attributeEnd;
    hashAttributes(scopes.attributes, row === 0 ? 0 : ends[row * 2 - 2], ends[row * 2], part);
    words.hash(part).into(part);
    hashes[row * 2] = part.low;
    hashes[row * 2 + 1] = part.high;
  }
  return hashes;
}

function metricHashes(columns: MetricColumns, scopes: Int32Array): Int32Array {
  const hashes = new Int32Array(columns.count * 2);
  const words = new HashWords(15);
  const part = new Hash64();
  const fingerprint = columns.resources.fingerprint;
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
