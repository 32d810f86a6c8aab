import {
  type Columns,
  type EncodedRequest,
  encodeSegments,
  LogColumns,
  MetricColumns,
  SpanColumns,
  selectLogs,
  selectPoints,
  selectSpans,
} from '@sonde/proto';

/** What keeps rows in one partition. */
export type PartitionBy = 'trace' | 'resource';

export interface PartitionRule {
  readonly by: PartitionBy;
  readonly partitionOf: (key: Uint8Array) => number;
}

const TRACE_ID_BYTES = 16;
const HEX = Buffer.from('0123456789abcdef');

/**
 * The rows of a batch as requests by partition: at most one a partition and segment, never a message
 * a trace. Rows that belong to no trace are under undefined, where anybody may put them.
 */
export function splitByPartition(
  columns: Columns,
  rule: PartitionRule,
): ReadonlyMap<number | undefined, readonly EncodedRequest[]> {
  const rows = new Map<number | undefined, Uint8Array>();
  const keyOf = rule.by === 'trace' ? traceKeys(columns) : resourceKeys(columns);
  const known = new Map<string, number>();
  for (let row = 0; row < columns.count; row += 1) {
    const key = keyOf(row);
    const partition = key === undefined ? undefined : partitionOfKey(key, rule, known);
    const keep = rows.get(partition) ?? new Uint8Array(columns.count);
    keep[row] = 1;
    rows.set(partition, keep);
  }
  const parts = [...rows].map(
    ([partition, keep]): [number | undefined, readonly EncodedRequest[]] => [
      partition,
      encodeSegments(select(columns, keep)),
    ],
  );
  return new Map(parts);
}

/** Rows of a trace come together: at most a batch's keys are remembered. */
function partitionOfKey(key: Uint8Array, rule: PartitionRule, known: Map<string, number>): number {
  const name = Buffer.from(key).toString('latin1');
  const partition = known.get(name) ?? rule.partitionOf(key);
  known.set(name, partition);
  return partition;
}

type KeyOfRow = (row: number) => Uint8Array | undefined;

/** The trace id in hex, which is upstream's key. */
function traceKeys(columns: Columns): KeyOfRow {
  if (!(columns instanceof SpanColumns || columns instanceof LogColumns)) return () => undefined;
  const { traceId } = columns;
  return (row) => {
    const key = new Uint8Array(2 * TRACE_ID_BYTES);
    let seen = 0;
    for (let index = 0; index < TRACE_ID_BYTES; index += 1) {
      const byte = traceId[row * TRACE_ID_BYTES + index] ?? 0;
      seen |= byte;
      key[2 * index] = HEX[byte >>> 4] ?? 0;
      key[2 * index + 1] = HEX[byte & 15] ?? 0;
    }
    return seen === 0 ? undefined : key;
  };
}

/** The resource's fingerprint: the same attributes, whatever their order. */
function resourceKeys(columns: Columns): KeyOfRow {
  const { resource, resources } = columns;
  const view = Buffer.from(
    resources.fingerprint.buffer,
    resources.fingerprint.byteOffset,
    resources.fingerprint.byteLength,
  );
  return (row) => {
    const at = (resource[row] ?? 0) * 8;
    return view.subarray(at, at + 8);
  };
}

function select(columns: Columns, keep: Uint8Array): Columns {
  if (columns instanceof SpanColumns) return selectSpans(columns, keep);
  if (columns instanceof LogColumns) return selectLogs(columns, keep);
  if (columns instanceof MetricColumns) return selectPoints(columns, { metrics: keep });
  return columns;
}
