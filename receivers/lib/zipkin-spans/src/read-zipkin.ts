import { encodeRequest, type TracesRequest } from '@sonde/proto';
import { readV1Json } from './v1-json.ts';
import { readV1Thrift } from './v1-thrift.ts';
import { v1ToTraces } from './v1-to-traces.ts';
import { readV2Json } from './v2-json.ts';
import { readV2Protobuf } from './v2-protobuf.ts';
import { v2ToTraces } from './v2-to-traces.ts';

/** Zipkin's formats, each a list of spans. */
export type ZipkinFormat = 'v1_json' | 'v1_thrift' | 'v2_json' | 'v2_protobuf';

export interface ZipkinOptions {
  /** Tags of JSON and protobuf that look like numbers and booleans become such. */
  readonly parseStringTags: boolean;
  /** The time of a v1 JSON span that has none. Milliseconds since the epoch. */
  readonly receivedUnixMs: number;
}

/**
 * Zipkin's spans as an encoded `ExportTraceServiceRequest`; it still has to pass `scanRequest`. Throws `MalformedFormatError` (a `MalformedError`) for what is not of that
 * format, or breaks a limit of `@sonde/wire-formats`.
 */
export function readZipkin(
  format: ZipkinFormat,
  bytes: Uint8Array,
  options: ZipkinOptions,
): Uint8Array {
  const request = translate(format, bytes, options);
  return encodeRequest('traces', request);
}

function translate(
  format: ZipkinFormat,
  bytes: Uint8Array,
  { parseStringTags, receivedUnixMs }: ZipkinOptions,
): TracesRequest {
  switch (format) {
    case 'v1_json':
      return v1ToTraces(readV1Json(bytes, parseStringTags), { receivedUnixMs });
    case 'v1_thrift':
      return v1ToTraces(readV1Thrift(bytes), { receivedUnixMs: undefined });
    case 'v2_json':
      return v2ToTraces(readV2Json(bytes), parseStringTags);
    case 'v2_protobuf':
      return v2ToTraces(readV2Protobuf(bytes), parseStringTags);
  }
}
