import { createSocket } from 'node:dgram';
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

/** The part of jaeger-idl that these tests send. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Process { string service_name = 1; }
  message Span { bytes trace_id = 1; bytes span_id = 2; string operation_name = 3; }
  message Batch { repeated Span spans = 1; Process process = 2; }
  message PostSpansRequest { Batch batch = 1; }`);
const PostSpansRequest = root.lookupType('PostSpansRequest');

export function postSpansRequest(...names: readonly string[]): Buffer {
  const spans = names.map((operationName, index) => ({
    traceId: Buffer.alloc(16, 1),
    spanId: Buffer.alloc(8, index + 1),
    operationName,
  }));
  const batch = { spans, process: { serviceName: 'shop' } };
  return Buffer.from(PostSpansRequest.encode(PostSpansRequest.fromObject({ batch })).finish());
}

export const PATH: string = '/jaeger.api_v2.CollectorService/PostSpans';

/** Resolves to the code and the text of the answer. */
export function callGrpc(
  address: string,
  bytes: Buffer,
  path: string = PATH,
): Promise<readonly [number, string]> {
  const client = new Client(address, credentials.createInsecure());
  const asIs = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null): void => {
      client.close();
      resolve(error === null ? [status.OK, ''] : [error.code, error.details]);
    };
    client.makeUnaryRequest(path, asIs, asIs, bytes, done);
  });
}

export function sendDatagram(address: string, bytes: Uint8Array): Promise<void> {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.send(bytes, Number(port), hostname, () => socket.close(() => resolve()));
  });
}
