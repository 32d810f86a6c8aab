import { type BatchObservableCallback, metrics, type Observable } from '@opentelemetry/api';
import type { DetachedParts } from '@sonde/store';
import type { PartStatus } from '../api/contract/index.ts';

/** The part of the status that says what the store lost; none when it lost nothing. */
export function detachedPart(detached: readonly DetachedParts[]): readonly PartStatus[] {
  if (detached.length === 0) return [];
  const sum = (of: (row: DetachedParts) => number): number =>
    detached.reduce((total, row) => total + of(row), 0);
  const tables = [...new Set(detached.map(({ table }) => table))].sort();
  const parts = sum((row) => row.parts);
  const known = sum((row) => row.rows ?? 0);
  const isKnown = detached.every((row) => row.rows !== null);
  const rows = isKnown ? `${known}` : known === 0 ? 'nobody knows how many' : `${known} and more`;
  const detail =
    `${parts} ${parts === 1 ? 'part is' : 'parts are'} set aside, of ${tables.join(', ')}: ` +
    `${rows} rows are in no answer. Look at the disk, then restore a backup or give them up ` +
    '(docs/store.md, Broken parts)';
  return [{ name: 'stored parts', state: 'degraded', detail }];
}

/** What is set aside by table and reason, in own metrics, as the last look found it. */
export class DetachedGauges {
  readonly #end: () => void;
  #detached: readonly DetachedParts[] = [];

  constructor() {
    const meter = metrics.getMeter('@sonde/backend');
    const parts = meter.createObservableGauge('sonde_store_detached_parts', {
      description: 'Parts that are not part of their table any more: no answer has their rows.',
      unit: '{part}',
    });
    const bytes = meter.createObservableGauge('sonde_store_detached_bytes', {
      description: 'Bytes on disk of parts that are not part of their table any more.',
      unit: 'By',
    });
    const observe: BatchObservableCallback = (result) => {
      for (const row of byTableAndReason(this.#detached)) {
        const attributes = { table: row.table, reason: row.reason };
        result.observe(parts, row.parts, attributes);
        result.observe(bytes, row.bytes, attributes);
      }
    };
    const all: Observable[] = [parts, bytes];
    meter.addBatchObservableCallback(observe, all);
    this.#end = () => meter.removeBatchObservableCallback(observe, all);
  }

  set(detached: readonly DetachedParts[]): void {
    this.#detached = detached;
  }

  end(): void {
    this.#end();
  }
}

type Sum = Pick<DetachedParts, 'table' | 'reason' | 'parts' | 'bytes'>;

function byTableAndReason(detached: readonly DetachedParts[]): Iterable<Sum> {
  const sums = new Map<string, Sum>();
  for (const { table, reason, parts, bytes } of detached) {
    const key = `${table} ${reason}`;
    const before = sums.get(key) ?? { table, reason, parts: 0, bytes: 0 };
    sums.set(key, { table, reason, parts: before.parts + parts, bytes: before.bytes + bytes });
  }
  return sums.values();
}
