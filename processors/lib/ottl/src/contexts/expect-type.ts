import { EvaluationError } from '../errors.ts';
import {
  goType,
  type IdKind,
  IdValue,
  TimeValue,
  type Value,
  type ValueMap,
} from '../value/value.ts';

/** What a path takes. Each throws the Collector's error for another type. */

function refused(wanted: string, value: Value): EvaluationError {
  return new EvaluationError(
    `expects ${wanted} but got ${value === null ? '<nil>' : goType(value)}`,
  );
}

export function expectString(value: Value): string {
  if (typeof value === 'string') return value;
  throw refused('string', value);
}

export function expectInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  throw refused('int64', value);
}

/** An int64 for a column of 32 bits or fewer: cut off as Go does. */
export function expectUint32(value: Value): number {
  return Number(BigInt.asUintN(32, expectInt(value)));
}

export function expectInt32(value: Value): number {
  return Number(BigInt.asIntN(32, expectInt(value)));
}

export function expectFloat(value: Value): number {
  if (typeof value === 'number') return value;
  throw refused('float64', value);
}

export function expectBool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw refused('bool', value);
}

/** Nanoseconds since the epoch. */
export function expectTime(value: Value): bigint {
  if (value instanceof TimeValue) return value.unixNano;
  throw refused('time.Time', value);
}

/** nil is an empty one. */
export function expectMap(value: Value): ValueMap {
  if (value === null) return new Map();
  if (value instanceof Map) return value;
  throw refused('pcommon.Map', value);
}

/** nil is an empty one. */
export function expectList(value: Value): readonly Value[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  throw refused('pcommon.Slice', value);
}

export function expectId(kind: IdKind, value: Value): Uint8Array {
  if (value instanceof IdValue && value.kind === kind) return value.bytes;
  throw refused(`pcommon.${kind}`, value);
}

/** The id whose lower- or upper-case hex is `value`. */
export function expectHex(kind: IdKind, value: Value): Uint8Array {
  const text = expectString(value);
  const bytes = kind === 'SpanID' ? 8 : 16;
  if (text.length !== bytes * 2) {
    const what = kind === 'SpanID' ? 'span ids' : 'trace ids';
    throw new EvaluationError(`${what} must be ${bytes * 2} hex characters`);
  }
  if (!/^[0-9a-fA-F]*$/.test(text)) {
    throw new EvaluationError(`encoding/hex: invalid byte in ${JSON.stringify(text)}`);
  }
  return Uint8Array.from(Buffer.from(text, 'hex'));
}
