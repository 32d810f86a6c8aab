import { exporterContract, requestBytes, telemetryOf } from '@sonde/pipeline/contract-suite';
import { SIGNALS, type Signal } from '@sonde/proto';
import { afterAll } from 'vitest';
import { otlpHttpExporterFactory } from '../src/index.ts';
import { Backend } from './backend.ts';
import { DIRECT } from './exporting.ts';

const backend = new Backend();
await new Promise<void>((resolve) => backend.server.listen(0, '127.0.0.1', resolve));
afterAll(() => backend.close());

const BYTES = Object.fromEntries(SIGNALS.map((signal) => [signal, requestBytes(signal)]));

function received(signal: Signal): Promise<number> {
  const wanted = Buffer.from(BYTES[signal] ?? []);
  return Promise.resolve(backend.received.filter(({ body }) => wanted.equals(body)).length);
}

exporterContract({
  factory: otlpHttpExporterFactory,
  config: () => ({ endpoint: `http://127.0.0.1:${backend.port}`, ...DIRECT }),
  defaultsRefused: 'at least one endpoint must be specified',
  telemetry: (signal) => telemetryOf(signal, requestBytes(signal)),
  received,
  unreachableConfig: () => ({ endpoint: 'http://127.0.0.1:1', ...DIRECT }),
});
