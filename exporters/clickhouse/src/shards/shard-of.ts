import {
  type Columns,
  Hash64,
  type LogColumns,
  type PointColumns,
  type ProfileColumns,
  type SeriesIds,
  type SpanColumns,
} from '@sonde/proto';

/** Log records without a trace: those of a resource and a minute lie together. */
const NANO_HIGH_WORDS_A_MINUTE = 14;
const GOLDEN = 0x9e3779b1;
const MURMUR = 0x85ebca6b;

/** Spreads words that differ in few bits. */
function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, GOLDEN);
  const folded = Math.imul(mixed ^ (mixed >>> 15), MURMUR);
  return folded ^ (folded >>> 13);
}

function within(hash: number, shards: number): number {
  return (hash >>> 0) % shards;
}

function traceHash(view: DataView, row: number): number {
  let hash = 0;
  for (let at = row * 16; at < row * 16 + 16; at += 4) hash = mix(hash, view.getInt32(at, true));
  return hash;
}

function isEmptyTrace(view: DataView, row: number): boolean {
  const at = row * 16;
  return view.getBigUint64(at, true) === 0n && view.getBigUint64(at + 8, true) === 0n;
}

function resourceHash({ resources }: Columns, resource: number): number {
  const { fingerprint } = resources;
  return mix(fingerprint[resource * 2], fingerprint[resource * 2 + 1]);
}

/** A trace lies whole on one shard. */
export function shardsOfSpans(columns: SpanColumns, shards: number): Uint8Array {
  const of = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row++) {
    of[row] = within(traceHash(columns.traceIdView, row), shards);
  }
  return of;
}

/** With its trace where it has one. */
export function shardsOfLogs(columns: LogColumns, shards: number): Uint8Array {
  const of = new Uint8Array(columns.count);
  const { traceIdView, timeUnixNano, resource } = columns;
  for (let row = 0; row < columns.count; row++) {
    if (!isEmptyTrace(traceIdView, row)) {
      of[row] = within(traceHash(traceIdView, row), shards);
      continue;
    }
    const minute = Math.floor(timeUnixNano[row * 2 + 1] / NANO_HIGH_WORDS_A_MINUTE);
    of[row] = within(mix(resourceHash(columns, resource[row]), minute), shards);
  }
  return of;
}

/** A series lies whole on one shard; `ids` are of the whole batch. */
export function shardsOfPoints(points: PointColumns, ids: SeriesIds, shards: number): Uint8Array {
  const of = new Uint8Array(points.count);
  const id = new Hash64();
  for (let row = 0; row < points.count; row++) {
    ids.of(points, row, id);
    of[row] = within(mix(id.low, id.high), shards);
  }
  return of;
}

/** Profiles of a batch share their dictionary: they stay together, where their first resource is. */
export function shardOfProfiles(columns: ProfileColumns, shards: number): number {
  return columns.count === 0 ? 0 : within(resourceHash(columns, columns.resource[0]), shards);
}
