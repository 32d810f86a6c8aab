import type { AnyValue } from '@sonde/proto';

/** A tag; its value has Jaeger's type. */
export interface JaegerTag {
  readonly key: string;
  readonly value: AnyValue;
}

export interface JaegerReference {
  /** Lower-case hex: 32 characters. */
  readonly traceId: string;
  /** 16 characters. */
  readonly spanId: string;
  readonly isChildOf: boolean;
}

export interface JaegerLog {
  readonly timeUnixNano: bigint;
  readonly fields: readonly JaegerTag[];
}

export interface JaegerProcess {
  readonly serviceName: string;
  readonly tags: readonly JaegerTag[];
}

/** A span of any of Jaeger's formats. */
export interface JaegerSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Thrift's field of that name; empty where a format has references alone. */
  readonly parentSpanId: string;
  readonly operationName: string;
  readonly references: readonly JaegerReference[];
  readonly flags: number;
  readonly startUnixNano: bigint;
  readonly durationNano: bigint;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly JaegerLog[];
  /** Where it has one of its own. */
  readonly process: JaegerProcess | undefined;
}

export interface JaegerBatch {
  readonly process: JaegerProcess | undefined;
  readonly spans: readonly JaegerSpan[];
}

export const NO_TRACE_ID: string = '0'.repeat(32);
export const NO_SPAN_ID: string = '0'.repeat(16);

/** 64 bits, signed or not, as 16 hex characters. */
export function hex64(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

/** The value of a tag whose type Jaeger does not know. */
export function unknownTagType(type: string | number): AnyValue {
  return { stringValue: `<Unknown Jaeger TagType "${type}">` };
}
