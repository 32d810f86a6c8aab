import { Server, ServerCredentials } from '@grpc/grpc-js';
import { EXPORT_PATHS, scanRequest } from '@sonde/proto';

const identity = (bytes: Buffer): Buffer => bytes;

/** The reference: grpc-js with raw buffers, nothing around it, answering after a scan. */
export async function startGrpcJs(): Promise<string> {
  const server = new Server({ 'grpc.enable_channelz': 0 });
  const { grpc } = EXPORT_PATHS.traces;
  const success = Buffer.alloc(0);
  server.register(
    grpc,
    (call: { request: Buffer }, answer: (error: null, value: Buffer) => void) => {
      scanRequest('traces', call.request);
      answer(null, success);
    },
    identity,
    identity,
    'unary',
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return `127.0.0.1:${port}`;
}
