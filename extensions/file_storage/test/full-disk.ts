import { SondeError } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { FileStorage, FileStorageConfigSchema } from '../src/index.ts';

// Run with a limit for the size of files: what a storage does when its disk is full.
const directory = process.argv[2] ?? '';
const storage = new FileStorage({
  id: 'file_storage',
  config: FileStorageConfigSchema.parse({ directory }),
  logger: new RecordingLogger(),
});
await storage.start();
const client = await storage.storageClient({ kind: 'exporter', id: 'otlp' });
await client.set('k', Buffer.from('small'));
// Together in one group: what cannot be written takes no reading with it.
const [, , read] = await Promise.allSettled([
  client.set('first', Buffer.from('1')),
  client.set('large', new Uint8Array(1024 * 1024)),
  client.get('k'),
]);
const beside = read.status === 'fulfilled' ? Buffer.from(read.value ?? []).toString() : 'refused';
const code = await client.set('large', new Uint8Array(1024 * 1024)).then(
  () => 'taken',
  (error: unknown) => SondeError.from(error).code,
);
const kept = Buffer.from((await client.get('k')) ?? []).toString();
await client.set('k', Buffer.from('again'));
const again = Buffer.from((await client.get('k')) ?? []).toString();
await storage.shutdown();
process.stdout.write(JSON.stringify({ code, kept, again, beside }));
