import type { NewRecord } from '../contract.ts';
import {
  BATCH_HEAD_BYTES,
  type BatchSequence,
  recordsBytes,
  writeBatchHead,
  writeRecords,
} from './record-batch.ts';

const PRODUCE = 0;
/** From version 3 on records are in batches; from 9 on fields are written otherwise. */
export const PRODUCE_VERSIONS = { min: 3, max: 8 } as const;

export interface ProduceFrame {
  readonly version: number;
  readonly clientId: string;
  readonly correlationId: number;
  readonly acks: number;
  readonly timeoutMs: number;
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly NewRecord[];
  readonly sequence: BatchSequence | undefined;
  /** The records as they go out, where they are packed, with the codec's number. */
  readonly packed: PackedRecords | undefined;
}

export interface PackedRecords {
  readonly codec: number;
  readonly bytes: Uint8Array;
}

/**
 * A whole request `Produce` of one batch for one partition, length included, in one buffer of its
 * size: what is sent is copied once and checked once.
 */
export function produceFrame(frame: ProduceFrame): Buffer {
  const { records, packed, sequence } = frame;
  const contentBytes = packed?.bytes.length ?? recordsBytes(records);
  const batchBytes = BATCH_HEAD_BYTES + contentBytes;
  const headBytes = headBytesOf(frame);
  const target = Buffer.allocUnsafeSlow(headBytes + batchBytes);
  writeHead(target, frame, batchBytes);
  const contentAt = headBytes + BATCH_HEAD_BYTES;
  if (packed === undefined) writeRecords(target, { at: contentAt, records });
  else target.set(packed.bytes, contentAt);
  const codec = packed?.codec ?? 0;
  writeBatchHead(target, { at: headBytes, end: target.length, records, codec, sequence });
  return target;
}

/** The records of a batch alone, to be packed. */
export function recordsOf(records: readonly NewRecord[]): Buffer {
  const target = Buffer.allocUnsafeSlow(recordsBytes(records));
  writeRecords(target, { at: 0, records });
  return target;
}

/** Lengths, numbers and counts of `writeHead`. */
const FIXED_HEAD_BYTES = 40;

function headBytesOf({ clientId, topic }: ProduceFrame): number {
  return FIXED_HEAD_BYTES + Buffer.byteLength(clientId) + Buffer.byteLength(topic);
}

function writeHead(target: Buffer, frame: ProduceFrame, batchBytes: number): void {
  let at = target.writeInt32BE(target.length - 4, 0);
  at = target.writeInt16BE(PRODUCE, at);
  at = target.writeInt16BE(frame.version, at);
  at = target.writeInt32BE(frame.correlationId, at);
  at = writeText(target, at, frame.clientId);
  // No transaction.
  at = target.writeInt16BE(-1, at);
  at = target.writeInt16BE(frame.acks, at);
  at = target.writeInt32BE(frame.timeoutMs, at);
  at = target.writeInt32BE(1, at);
  at = writeText(target, at, frame.topic);
  at = target.writeInt32BE(1, at);
  at = target.writeInt32BE(frame.partition, at);
  target.writeInt32BE(batchBytes, at);
}

function writeText(target: Buffer, at: number, text: string): number {
  const length = Buffer.byteLength(text);
  return target.writeInt16BE(length, at) + target.write(text, at + 2);
}
