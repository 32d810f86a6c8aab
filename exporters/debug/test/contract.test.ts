import { Telemetry } from '@sonde/pipeline';
import { exporterContract } from '@sonde/pipeline/contract-suite';
import { decodeRequests, type Signal } from '@sonde/proto';
import { createDebugExporterFactory } from '../src/factory.ts';

const NOUNS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'data points',
  logs: 'log records',
  profiles: 'sample records',
};
let shown = '';

/** Of every line so far. */
function received(signal: Signal): Promise<number> {
  const counts = [...shown.matchAll(new RegExp(`"${NOUNS[signal]}": ([0-9]+)`, 'g'))];
  return Promise.resolve(counts.reduce((sum, [, count]) => sum + Number(count), 0));
}

function telemetry(signal: Signal): Telemetry {
  // An empty group: the count of the edge is what is shown.
  const bytes = Uint8Array.from([0x0a, 0x00]);
  return new Telemetry({
    signal,
    requests: [{ signal, bytes, itemCount: 3, tenant: 'default', receivedUnixMs: 1 }],
    decode: (all) => decodeRequests(signal, all),
  });
}

exporterContract({
  factory: createDebugExporterFactory({
    stdout: (text) => {
      shown += text;
    },
    stderr: () => undefined,
  }),
  config: () => ({ use_internal_logger: false }),
  telemetry,
  received,
});
