import { Telemetry } from '@sonde/pipeline';
import { connectorContract } from '@sonde/pipeline/contract-suite';
import { forwardConnectorFactory } from '../src/index.ts';

connectorContract({
  factory: forwardConnectorFactory,
  config: () => null,
  telemetry: (signal) =>
    new Telemetry({
      signal,
      requests: [
        { signal, bytes: new Uint8Array(2), itemCount: 2, tenant: 'default', receivedUnixMs: 0 },
      ],
      decode: () => {
        throw new Error('nobody decodes this');
      },
    }),
});
