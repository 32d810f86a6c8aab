import { SourceNeeded } from './source-needed.ts';
import { SOURCE_BYTES_MAX, SourceError } from './sources.ts';

/** From the request to the last byte of one source. */
export const REMOTE_TIMEOUT_MS = 10_000;
/** Sources behind `http:` and `https:` of one configuration. */
const REMOTES_MAX = 100;

export interface RemoteOptions {
  /** Ends a fetch early. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/**
 * Runs `read` again and again, each time with one more source fetched, until it needs no other:
 * which ones there are shows only while references expand. Every source is fetched once.
 */
export async function withRemoteSources<T>(
  read: (remotes: ReadonlyMap<string, string>) => T,
  options: RemoteOptions = {},
): Promise<T> {
  const remotes = new Map<string, string>();
  for (;;) {
    try {
      return read(remotes);
    } catch (thrown) {
      if (!(thrown instanceof SourceNeeded)) throw thrown;
      if (remotes.size >= REMOTES_MAX) {
        throw new SourceError(`more than ${REMOTES_MAX} http and https sources`, {
          isRemote: true,
        });
      }
      remotes.set(thrown.uri, await fetchText(thrown.uri, options));
    }
  }
}

/** GET, 200 only, at most `SOURCE_BYTES_MAX` bytes. */
async function fetchText(uri: string, options: RemoteOptions): Promise<string> {
  const { signal, timeoutMs = REMOTE_TIMEOUT_MS } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  try {
    const response = await fetch(uri, { signal: either });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`failed to load resource from uri ${uri}. status code: ${response.status}`);
    }
    return await readText(response);
  } catch (error) {
    const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error);
    throw new SourceError(`unable to download the file via HTTP GET for uri ${uri}: ${reason}`, {
      cause: error,
      isRemote: true,
    });
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > SOURCE_BYTES_MAX) throw new Error(`larger than ${SOURCE_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `fetch failed` says nothing; what stands behind it does.
  return error.cause instanceof Error ? error.cause.message : error.message;
}
