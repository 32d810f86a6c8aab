/** Run by a test in a process whose files may not grow far: writes, and says what was taken. */
import { createConsoleLogger } from '@sonde/pipeline';
import { fileConfig } from '../src/config.ts';
import { FileEvents } from '../src/file-events.ts';
import { SingleFile } from '../src/single-file.ts';
import { logsBytes, telemetryOf } from './otlp-data.ts';

const MESSAGES = 20;

// The signal that comes with the refusal would end the process.
process.on('SIGXFSZ', () => undefined);
const config = fileConfig.parse({ path: process.argv[2] });
const logger = createConsoleLogger({ write: () => undefined });
const file = await SingleFile.open(config, new FileEvents('file', logger));
let taken = 0;
let refused = 0;
for (let message = 0; message < MESSAGES; message += 1) {
  const { requests } = telemetryOf('logs', logsBytes({ body: 'x'.repeat(1000) }));
  try {
    await file.put('logs', requests);
    taken += 1;
  } catch {
    refused += 1;
  }
}
await file.close(new AbortController().signal);
process.stdout.write(JSON.stringify({ taken, refused }));
