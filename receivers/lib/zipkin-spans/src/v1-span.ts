import type { AnyValue } from '@sonde/proto';
import type { ZipkinEndpoint } from './zipkin-span.ts';

export interface V1Annotation {
  readonly timestampMicros: bigint;
  readonly value: string;
  readonly endpoint: ZipkinEndpoint | undefined;
}

export interface V1BinaryAnnotation {
  readonly key: string;
  readonly value: AnyValue;
  /** What it says as text, for `lc` alone. */
  readonly text: string;
  readonly endpoint: ZipkinEndpoint | undefined;
}

/** A span of Zipkin's first model. Ids as in `ZipkinSpan`; times are 0 where they are absent. */
export interface V1Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly timestampMicros: bigint;
  readonly durationMicros: bigint;
  readonly annotations: readonly V1Annotation[];
  readonly binaryAnnotations: readonly V1BinaryAnnotation[];
}
