import type { RecordView } from '../records/record-view.ts';

/** How a request hangs together with others. */
export interface TraceLinks {
  /** The header `traceparent` that came with it (W3C trace context). */
  readonly traceparent: string | undefined;
  /** Which request it is: its connection's number, and its own on it. */
  readonly cookie: number;
  readonly sequence: number;
  /** The request that the thread served that sent this one; 0 where nobody can say. */
  readonly parentCookie: number;
  readonly parentSequence: number;
}

export function traceLinksOf(record: RecordView): TraceLinks {
  const { traceparent, cookie, sequence, parentCookie, parentSequence } = record;
  return { traceparent, cookie, sequence, parentCookie, parentSequence };
}

/** Trace and span that a request says it belongs to. */
export interface TraceParent {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;
const ZEROS = /^0+$/;

/** Undefined when it is none: zeros, upper case, version ff (W3C trace context, 3.2.2). */
export function parseTraceparent(text: string | undefined): TraceParent | undefined {
  const [, trace = '', span = ''] = TRACEPARENT.exec(text ?? '') ?? [];
  const isValid = trace !== '' && !ZEROS.test(trace) && !ZEROS.test(span);
  if (!isValid || text?.startsWith('ff') === true) return undefined;
  return { traceId: Buffer.from(trace, 'hex'), spanId: Buffer.from(span, 'hex') };
}

const TRACE_AT = 3;
const PARENT_AT = 36;
const DASHES = [2, 35, 52];
const [DASH, LOWER_F] = [0x2d, 0x66];
export const TRACE_ID_BYTES = 16;
const PARENT_BYTES = 8;

/**
 * As `parseTraceparent`, from the bytes at `from` (of which there are `TRACE_BYTES`): trace and span
 * are written into `into`, one behind the other; false when it is none.
 */
export function readTraceparent(bytes: Uint8Array, from: number, into: Uint8Array): boolean {
  for (const dash of DASHES) if (bytes[from + dash] !== DASH) return false;
  if (bytes[from] === LOWER_F && bytes[from + 1] === LOWER_F) return false;
  const isHex = hexAt(bytes, from) >= 0 && hexAt(bytes, from + 53) >= 0;
  return (
    isHex &&
    readHex(bytes, from + TRACE_AT, into.subarray(0, TRACE_ID_BYTES)) &&
    readHex(bytes, from + PARENT_AT, into.subarray(TRACE_ID_BYTES, TRACE_ID_BYTES + PARENT_BYTES))
  );
}

/** False for other characters, and for zeros alone. */
function readHex(bytes: Uint8Array, from: number, into: Uint8Array): boolean {
  let any = 0;
  for (let i = 0; i < into.length; i++) {
    const byte = hexAt(bytes, from + 2 * i);
    if (byte < 0) return false;
    any |= byte;
    into[i] = byte;
  }
  return any !== 0;
}

/** Two digits; -1 for other characters. */
function hexAt(bytes: Uint8Array, at: number): number {
  const [high, low] = [digit(bytes[at] ?? 0), digit(bytes[at + 1] ?? 0)];
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function digit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= LOWER_F ? byte - 0x57 : -1;
}
