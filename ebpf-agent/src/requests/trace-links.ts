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
