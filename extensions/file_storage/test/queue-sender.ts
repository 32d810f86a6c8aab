import { SendingExporter, SondeError } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { FileStorage, FileStorageConfigSchema } from '../src/index.ts';
import { exporterSettings, queueConfig, storageHost, telemetryOf } from './queue-fixture.ts';

// Fills a persistent queue whose destination never answers, and says which requests it accepted, one
// a line, until it is killed or its disk is full.
const [directory = '', sizeText = '10'] = process.argv.slice(2);
const storage = new FileStorage({
  id: 'file_storage',
  config: FileStorageConfigSchema.parse({ directory }),
  logger: new RecordingLogger(),
});
await storage.start();
const exporter = new SendingExporter(exporterSettings(new RecordingLogger()), queueConfig({}), {
  start: () => Promise.resolve(),
  push: () => new Promise(() => undefined),
  close: () => Promise.resolve(),
});
await exporter.start(storageHost(storage));
const REQUESTS_MAX = 100_000;
for (let count = 0; count < REQUESTS_MAX; count += 1) {
  try {
    await exporter.consume(telemetryOf(`request ${count}`, Number(sizeText)));
  } catch (error) {
    const { code, message } = SondeError.from(error);
    process.stdout.write(`refused ${code} ${message}\n`);
    break;
  }
  process.stdout.write(`request ${count}\n`);
}
process.exit(0);
