import { exporterContract } from '@sonde/pipeline/contract-suite';
import { freePort } from '@sonde/pipeline/test/free-port';
import { prometheusExporterFactory } from '../src/index.ts';
import { gauge, metricsOf } from './metrics.ts';

const port = await freePort();
let queue = 0;

exporterContract({
  factory: prometheusExporterFactory,
  config: () => ({ endpoint: `127.0.0.1:${port}` }),
  defaultsRefused: 'expecting a non-blank address to run the Prometheus metrics handler',
  telemetry: () => {
    queue += 1;
    return metricsOf([gauge('queue', 1, { attributes: { queue: String(queue) } })]);
  },
  received: async () => {
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return page.split('\n').filter((line) => line.startsWith('queue{')).length;
  },
  skips: { 'shutdown keeps data': 'a page that is gone shows nothing; Prometheus has it' },
});
