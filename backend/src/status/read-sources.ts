import type { PartStatus } from '../api/contract/index.ts';
import type { NumberSource, PartSource, StatusSources } from './status-sources.ts';

/** For one source; a part that does not answer in that time is down. */
const SOURCE_MS_MAX = 1500;
/** Of a page of metrics. */
const PAGE_BYTES_MAX = 8 * 1024 * 1024;

export interface SourcesStatus {
  readonly parts: readonly PartStatus[];
  readonly bufferLag: number;
  readonly deadLetters: number;
}

/**
 * Asks every source at once. Never rejects: what cannot be read is a part that is down, or a number
 * that is 0 with a degraded part that says so.
 */
export async function readSources(
  sources: StatusSources,
  signal: AbortSignal,
): Promise<SourcesStatus> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(SOURCE_MS_MAX)]);
  const [parts, lag, dead] = await Promise.all([
    Promise.all(sources.parts.map((part) => readPart(part, limit))),
    readNumber('buffer lag', sources.bufferLag, limit),
    readNumber('dead letters', sources.deadLetters, limit),
  ]);
  const unread = [lag, dead].flatMap((number) => (number.part === undefined ? [] : [number.part]));
  return { parts: [...parts, ...unread], bufferLag: lag.value, deadLetters: dead.value };
}

async function readPart(part: PartSource, signal: AbortSignal): Promise<PartStatus> {
  const { name, health } = part;
  try {
    if (typeof health === 'function') return { name, ...(await within(health(), signal)) };
    const response = await fetch(health.url, { signal });
    await response.body?.cancel();
    if (response.ok) return { name, state: 'ok', detail: health.detail };
    return { name, state: 'degraded', detail: `answers ${response.status} at ${health.url}` };
  } catch (error) {
    return { name, state: 'down', detail: `does not answer: ${reason(error)}` };
  }
}

async function readNumber(
  name: string,
  source: NumberSource | undefined,
  signal: AbortSignal,
): Promise<{ value: number; part?: PartStatus }> {
  if (source === undefined) return { value: 0 };
  try {
    if (typeof source === 'function') return { value: await within(source(), signal) };
    const response = await fetch(source.url, { signal });
    if (!response.ok) throw new Error(`${source.url} answers ${response.status}`);
    return { value: sumOfMetric(await readText(response), source.metric) };
  } catch (error) {
    const detail = `cannot be read, shown as 0: ${reason(error)}`;
    return { value: 0, part: { name, state: 'degraded', detail } };
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > PAGE_BYTES_MAX) throw new Error(`more than ${PAGE_BYTES_MAX} bytes of metrics`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sum over the samples of one name in the Prometheus text format; 0 when there are none. */
export function sumOfMetric(page: string, metric: string): number {
  let sum = 0;
  for (const line of page.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const match = /^(?:\{.*\})?\s+(\S+)/.exec(line.slice(metric.length));
    const value = Number(match?.[1]);
    if (Number.isFinite(value)) sum += value;
  }
  return sum;
}

function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error(`no answer within ${SOURCE_MS_MAX} ms`));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${SOURCE_MS_MAX} ms`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
