import { nopExporterFactory } from '@sonde/exporter-nop';
import { createConsoleLogger, type ExporterFactory, runService } from '@sonde/pipeline';
import { otlpReceiverFactory } from '@sonde/receiver-otlp';

/** `otlp-counting-server.ts YAML`: the real receiver before an exporter that asks for columns. */
const counted = { rows: 0 };

const countFactory: ExporterFactory = {
  ...nopExporterFactory,
  type: 'count',
  create: () => ({
    start: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    consume: (telemetry) => {
      counted.rows += telemetry.columns().count;
      return Promise.resolve();
    },
  }),
};

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await runService({
  configUris: [`yaml:${process.argv[2]}`],
  env: {},
  factories: [otlpReceiverFactory, countFactory],
  logger: createConsoleLogger({ level: 'error', write: (line) => process.stderr.write(line) }),
  signal: stop.signal,
  onReady: () => console.error('Everything is ready'),
});
console.error(`rows ${counted.rows}`);
