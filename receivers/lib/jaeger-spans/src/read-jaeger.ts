import { encodeRequest } from '@sonde/proto';
import type { JaegerBatch } from './jaeger-span.ts';
import { readJsonSpan } from './json-span.ts';
import { readPostSpans, readProtoSpan } from './proto-batch.ts';
import { readAgentMessage, readThriftBatch } from './thrift-batch.ts';
import { toTraces } from './to-traces.ts';

/**
 * Jaeger's formats: `post_spans` is a `PostSpansRequest` of api_v2, `proto` and `json` a single
 * `Span` of the model (what Jaeger puts into Kafka), `thrift` a `Batch` in the binary protocol (HTTP),
 * `agent_compact` and `agent_binary` a datagram to the agent.
 */
export type JaegerFormat =
  | 'post_spans'
  | 'proto'
  | 'json'
  | 'thrift'
  | 'agent_compact'
  | 'agent_binary';

interface Reading {
  readonly read: (bytes: Uint8Array) => JaegerBatch;
  /** Upstream reads scope and trace state out of the tags of protobuf alone. */
  readonly hasOtelTags: boolean;
}

const READINGS: Readonly<Record<JaegerFormat, Reading>> = {
  post_spans: { read: readPostSpans, hasOtelTags: true },
  proto: { read: readProtoSpan, hasOtelTags: true },
  json: { read: readJsonSpan, hasOtelTags: true },
  thrift: { read: readThriftBatch, hasOtelTags: false },
  agent_compact: { read: (bytes) => readAgentMessage(bytes, 'compact'), hasOtelTags: false },
  agent_binary: { read: (bytes) => readAgentMessage(bytes, 'binary'), hasOtelTags: false },
};

/**
 * Jaeger's spans as an encoded `ExportTraceServiceRequest`; it still has to pass `scanRequest`. Throws `MalformedFormatError` (a `MalformedError`) for what is not of that
 * format, or breaks a limit of `@sonde/wire-formats`.
 */
export function readJaeger(format: JaegerFormat, bytes: Uint8Array): Uint8Array {
  const { read, hasOtelTags } = READINGS[format];
  const request = toTraces(read(bytes), { hasOtelTags });
  return encodeRequest('traces', request);
}
