import { createSocket } from 'node:dgram';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import {
  COLLECTOR_MISSING,
  collectorSpans,
  freePort,
  spansOf,
} from '@sonde/wire-formats/test/collector-traces';
import { describe, expect, it } from 'vitest';
import { readJaeger } from '../src/index.ts';
import { BATCH, BINARY_DATAGRAM, COMPACT_DATAGRAM, postSpans, THRIFT_BODY } from './payloads.ts';

function callPostSpans(endpoint: string, bytes: Uint8Array): Promise<void> {
  const client = new Client(endpoint, credentials.createInsecure());
  const asIs = (value: Buffer): Buffer => value;
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null): void => {
      client.close();
      if (error === null) resolve();
      else reject(error);
    };
    const path = '/jaeger.api_v2.CollectorService/PostSpans';
    client.makeUnaryRequest(path, asIs, asIs, Buffer.from(bytes), done);
  });
}

function sendDatagram(port: number, bytes: Uint8Array): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.send(bytes, port, '127.0.0.1', () => socket.close(() => resolve()));
  });
}

describe.skipIf(COLLECTOR_MISSING !== undefined)(
  `spans of Jaeger and the Collector ${COLLECTOR_MISSING ?? ''}`,
  () => {
    it('are the same OTLP, by each protocol', async () => {
      const [grpc, http, compact, binary] = [
        await freePort(),
        await freePort(),
        await freePort(),
        await freePort(),
      ];
      const protocols = {
        grpc: { endpoint: `127.0.0.1:${grpc}` },
        thrift_http: { endpoint: `127.0.0.1:${http}` },
        thrift_compact: { endpoint: `127.0.0.1:${compact}` },
        thrift_binary: { endpoint: `127.0.0.1:${binary}` },
      };
      const theirs = await collectorSpans({ jaeger: { protocols } }, async () => {
        await sendDatagram(compact, COMPACT_DATAGRAM);
        await sendDatagram(binary, BINARY_DATAGRAM);
        await callPostSpans(`127.0.0.1:${grpc}`, postSpans(BATCH));
        const headers = { 'content-type': 'application/x-thrift' };
        const request = { method: 'POST', headers, body: THRIFT_BODY.slice() };
        const { status } = await fetch(`http://127.0.0.1:${http}/api/traces`, request);
        expect(status).toBe(202);
      });
      const ours = spansOf([
        readJaeger('agent_compact', COMPACT_DATAGRAM),
        readJaeger('agent_binary', BINARY_DATAGRAM),
        readJaeger('post_spans', postSpans(BATCH)),
        readJaeger('thrift', THRIFT_BODY),
      ]);
      expect(ours).toHaveLength(17);
      expect(theirs).toHaveLength(17);
      for (const [index, span] of ours.entries()) expect(span).toEqual(theirs[index]);
    });
  },
);
