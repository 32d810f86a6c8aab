import { ServerCredentials } from '@grpc/grpc-js';
import { exporterContract, requestBytes, telemetryOf } from '@sonde/pipeline/contract-suite';
import type { Signal } from '@sonde/proto';
import { afterAll } from 'vitest';
import { otlpGrpcExporterFactory } from '../src/index.ts';
import { Backend } from './backend.ts';
import { DIRECT } from './exporting.ts';

const backend = new Backend();
const port = await new Promise<number>((resolve, reject) => {
  const credentials = ServerCredentials.createInsecure();
  backend.server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
    if (error === null) resolve(bound);
    else reject(error);
  });
});
afterAll(() => backend.close());

function received(signal: Signal): Promise<number> {
  return Promise.resolve(backend.received.filter((request) => request.signal === signal).length);
}

exporterContract({
  factory: otlpGrpcExporterFactory,
  config: () => ({ endpoint: `127.0.0.1:${port}`, ...DIRECT }),
  defaultsRefused: 'requires a non-empty "endpoint"',
  telemetry: (signal) => telemetryOf(signal, requestBytes(signal)),
  received,
  unreachableConfig: () => ({ endpoint: '127.0.0.1:1', ...DIRECT }),
});
