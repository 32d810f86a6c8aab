import { type BlockWriter, RowRuns } from '@sonde/store';
import type { BlockSource } from './block-source.ts';
import { dayOf } from './time-words.ts';

/** One block, in memory of its writer. */
export interface EncodedBlock {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

export interface BlockLimits {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/**
 * Days that one insert meets at the most: partitions are days, each becomes a part on disk, and the
 * store refuses more than 100 an insert.
 */
const DAYS_PER_INSERT_MAX = 8;

/**
 * Encodes the rows of `source` as blocks within the limits, one at a time (each is valid until the
 * next is asked for). Which rows share a block is a pure function of rows and limits: a replay cuts
 * alike.
 */
export function* encodeParts(
  source: BlockSource,
  writer: BlockWriter,
  limits: BlockLimits,
): Generator<EncodedBlock, void, undefined> {
  const pending = groupByDays(source.rows, source.timestamp).reverse();
  for (let runs = pending.pop(); runs !== undefined; runs = pending.pop()) {
    const fits = runs.rows <= limits.rowsMax;
    if (runs.rows > 1 && (!fits || source.estimateBytes(runs) > limits.bytesMax)) {
      pending.push(...halve(runs, limits.rowsMax));
      continue;
    }
    writer.begin(source.table, runs);
    source.write(writer, runs);
    const block = writer.finish();
    if (block.length > limits.bytesMax && runs.rows > 1)
      pending.push(...halve(runs, limits.rowsMax));
    else yield { bytes: block, rows: runs.rows };
  }
}

/** Two parts, the later one first. */
function halve(runs: RowRuns, rowsMax: number): readonly RowRuns[] {
  const [head, tail] = runs.split(runs.rows > rowsMax ? rowsMax : Math.ceil(runs.rows / 2));
  return [tail, head];
}

/** Groups of at most `DAYS_PER_INSERT_MAX` days, oldest first; one group for nearly every batch. */
function groupByDays(rows: RowRuns, timestamp: Int32Array): RowRuns[] {
  if (rows.rows === 0) return [];
  const [first, last] = dayBounds(rows, timestamp);
  if (last - first < DAYS_PER_INSERT_MAX) return [rows];
  const groups = new Map<number, RowRuns>();
  for (let r = 0; r < rows.starts.length; r++) {
    for (let row = rows.starts[r]; row < rows.ends[r]; row++) {
      const key = Math.floor(dayOf(timestamp, row) / DAYS_PER_INSERT_MAX);
      const group = groups.get(key) ?? new RowRuns();
      group.add(row, row + 1);
      groups.set(key, group);
    }
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function dayBounds(rows: RowRuns, timestamp: Int32Array): readonly [number, number] {
  let first = rows.starts[0];
  let last = first;
  for (let r = 0; r < rows.starts.length; r++) {
    for (let row = rows.starts[r]; row < rows.ends[r]; row++) {
      const word = timestamp[row * 2 + 1];
      if (word < timestamp[first * 2 + 1]) first = row;
      if (word > timestamp[last * 2 + 1]) last = row;
    }
  }
  // High words alone were compared: four seconds that may hide the edge of one more day.
  return [dayOf(timestamp, first) - 1, dayOf(timestamp, last) + 1];
}
