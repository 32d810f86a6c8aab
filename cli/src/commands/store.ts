import { createStoreClient, migrate, runEngine, TOKEN_LENGTH_MIN } from '@sonde/store';
import { aborted, sayReady, untilStopped } from '../supervise/child-side.ts';
import { readToken } from '../supervise/data-directory.ts';
import { UsageError } from '../usage-error.ts';
import { readColdVolume } from './cold-volume.ts';
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
  const internal = tokenOf('--internal-token-file', internalFile);
  const ingestFile = values['ingest-token-file'];
  const port = portOf(values.port);
  const engine = await runEngine({
    directory: values.directory,
    host: values.host,
    port,
    ...(values.cold === undefined ? {} : { cold: readColdVolume(values.cold) }),
    tokens: [
      { role: 'internal', token: internal },
      ...(ingestFile === undefined
        ? []
        : [{ role: 'ingest' as const, token: tokenOf('--ingest-token-file', ingestFile) }]),
    ],
  });
  try {
    await migrateStore(engine.url, internal);
    sayReady();
    // Under a supervisor stdout is its log, and it says the address itself.
    if (process.send === undefined) {
      process.stdout.write(`ClickHouse ${engine.version} at ${engine.url}\n`);
    }
    const failure = await Promise.race([aborted(stop), engine.failed]);
    if (failure !== undefined) throw failure;
  } finally {
    await engine.close();
  }
}

/** Throws `UsageError` with the flag and the file. */
function tokenOf(flag: string, file: string): string {
  try {
    const token = readToken(file);
    if (token.length >= TOKEN_LENGTH_MIN) return token;
  } catch (error) {
    throw new UsageError(`${flag} ${file} cannot be read: ${errorText(error)}`);
  }
  throw new UsageError(`${flag} ${file}: a token has at least ${TOKEN_LENGTH_MIN} characters`);
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port ${text}: a port is a number up to 65535, 0 for any free one`);
}

async function migrateStore(url: string, token: string): Promise<void> {
  const client = createStoreClient({ url, role: 'internal', token });
  try {
    await migrate(client);
  } finally {
    await client.close();
  }
}
