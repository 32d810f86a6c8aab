import { resolve } from 'node:path';
import { type ColdVolume, createStoreClient, migrate, runEngine } from '@sonde/store';
import { aborted, sayReady, untilStopped } from '../supervise/child-side.ts';
import { readToken } from '../supervise/data-directory.ts';
import { UsageError } from '../usage-error.ts';
import { readFlags } from './read-flags.ts';

/** `sonde store`: the embedded ClickHouse engine and its door, the schema brought up to date. */
export async function store(args: readonly string[]): Promise<void> {
  const { values } = readFlags(args, {
    directory: { type: 'string', value: 'FOLDER', about: 'what the engine keeps; needed' },
    port: { type: 'string', default: '8123', value: 'N', about: 'of the door; 0 is any free one' },
    host: { type: 'string', default: '127.0.0.1', value: 'HOST', about: 'the address of the door' },
    cold: {
      type: 'string',
      value: 'FOLDER|URL',
      about: 'where old partitions go: a folder on another disk, or the https: URL of a bucket',
    },
    'ingest-token-file': {
      type: 'string',
      value: 'FILE',
      about: 'the token of the user ingest; without it nobody is',
    },
    'internal-token-file': {
      type: 'string',
      value: 'FILE',
      about: 'the token of the user internal; needed',
    },
  });
  const internalFile = values['internal-token-file'];
  if (values.directory === undefined || internalFile === undefined) {
    throw new UsageError('sonde store needs --directory FOLDER and --internal-token-file FILE');
  }
  const stop = untilStopped();
  const internal = readToken(internalFile);
  const ingestFile = values['ingest-token-file'];
  const engine = await runEngine({
    directory: values.directory,
    host: values.host,
    port: Number(values.port),
    ...(values.cold === undefined ? {} : { cold: coldVolume(values.cold) }),
    tokens: [
      { role: 'internal', token: internal },
      ...(ingestFile === undefined
        ? []
        : [{ role: 'ingest' as const, token: readToken(ingestFile) }]),
    ],
  });
  try {
    await migrateStore(engine.url, internal);
    sayReady();
    // Under a supervisor stdout is its log, and it says the address itself.
    if (process.send === undefined) {
      process.stdout.write(`ClickHouse ${engine.version} at ${engine.url}\n`);
    }
    await aborted(stop);
  } finally {
    await engine.close();
  }
}

function coldVolume(place: string): ColdVolume {
  if (/^https?:\/\//.test(place)) return { kind: 's3', endpoint: place };
  return { kind: 'disk', path: resolve(place) };
}

async function migrateStore(url: string, token: string): Promise<void> {
  const client = createStoreClient({ url, role: 'internal', token });
  try {
    await migrate(client);
  } finally {
    await client.close();
  }
}
