import {
  COLLECTOR_MISSING,
  collectorSpans,
  freePort,
  spansOf,
} from '@sonde/wire-formats/test/collector-traces';
import { describe, expect, it } from 'vitest';
import { readZipkin, type ZipkinFormat } from '../src/index.ts';
import { asProtobuf, json, V1_SPANS, V1_THRIFT, V2_SPANS, v2Protobuf } from './payloads.ts';

interface Upload {
  readonly format: ZipkinFormat;
  readonly path: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

const V2 = '/api/v2/spans';
const V1 = '/api/v1/spans';
const JSON_TYPE = 'application/json';
// The protobuf model cannot say that there is no time.
const TIMED = V2_SPANS.filter((span) => 'timestamp' in span);

const UPLOADS: readonly Upload[] = [
  ...V2_SPANS.map(
    (span): Upload => ({ format: 'v2_json', path: V2, type: JSON_TYPE, bytes: json(span) }),
  ),
  {
    format: 'v2_protobuf',
    path: V2,
    type: 'application/x-protobuf',
    bytes: v2Protobuf(...TIMED.map(asProtobuf)),
  },
  { format: 'v1_json', path: V1, type: JSON_TYPE, bytes: json(...V1_SPANS) },
  { format: 'v1_thrift', path: V1, type: 'application/x-thrift', bytes: V1_THRIFT },
];

describe.skipIf(COLLECTOR_MISSING !== undefined)(
  `spans of Zipkin and the Collector ${COLLECTOR_MISSING ?? ''}`,
  () => {
    it.each(['as text', 'parsed'])('are the same OTLP, tags %s', async (tags) => {
      const parseStringTags = tags === 'parsed';
      const endpoint = `127.0.0.1:${await freePort()}`;
      const zipkin = { endpoint, parse_string_tags: parseStringTags };
      const theirs = await collectorSpans({ zipkin }, async () => {
        for (const { path, type, bytes } of UPLOADS) {
          const request = {
            method: 'POST',
            headers: { 'content-type': type },
            body: bytes.slice(),
          };
          expect((await fetch(`http://${endpoint}${path}`, request)).status).toBe(202);
        }
      });
      const options = { parseStringTags, receivedUnixMs: 0 };
      const ours = spansOf(UPLOADS.map(({ format, bytes }) => readZipkin(format, bytes, options)));
      expect(ours).toHaveLength(20);
      expect(theirs).toHaveLength(20);
      for (const [index, span] of ours.entries()) expect(span).toEqual(theirs[index]);
    });
  },
);
