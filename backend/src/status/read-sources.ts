import type { DeadLetterStatus, PartStatus } from '../api/contract/index.ts';
import { readDeadLetters } from './dead-letters.ts';
import { type GatewayWatch, readGatewayPage } from './gateway-watch.ts';
import { MetricsReading, sumOfMetrics } from './metrics-page.ts';
import type { MetricsPages, NumberSource, PartSource, StatusSources } from './status-sources.ts';
import { SOURCE_MS_MAX, whyAway } from './why-away.ts';

export interface SourcesStatus {
  readonly parts: readonly PartStatus[];
  readonly bufferLag: number;
  readonly deadLetters: readonly DeadLetterStatus[];
}

/**
 * Asks every source at once. Never rejects: what cannot be read is a part that is down, or a number
 * that is 0 (no letters) with a degraded part that says so.
 */
export async function readSources(
  sources: StatusSources,
  watch: GatewayWatch,
  signal: AbortSignal,
): Promise<SourcesStatus> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(SOURCE_MS_MAX)]);
  const reading = new MetricsReading(limit);
  const [parts, gateway, lag, dead] = await Promise.all([
    Promise.all(sources.parts.map((part) => readPart(part, limit))),
    watchGateway(sources.gatewayMetrics, watch, reading),
    readOr(0, 'buffer lag', () => readNumber(sources.bufferLag, reading, limit)),
    readOr([], 'dead letters', () => readLetters(sources.deadLetters, reading, limit)),
  ]);
  const unread = [lag, dead].flatMap((number) => (number.part === undefined ? [] : [number.part]));
  return {
    parts: [...parts, ...gateway, ...unread],
    bufferLag: lag.value,
    deadLetters: dead.value,
  };
}

/** One more reading of the gateway for `watch`; what it says by now, or that it cannot be read. */
export async function watchGateway(
  source: MetricsPages | undefined,
  watch: GatewayWatch,
  reading: MetricsReading,
): Promise<readonly PartStatus[]> {
  if (source === undefined) return [];
  try {
    // A page that is away leaves no reading: the sums of the others would look like a restart.
    watch.add(readGatewayPage(await reading.pages(source.urls), Date.now()));
    return watch.parts();
  } catch (error) {
    const detail = `cannot be judged, the gateway's metrics are away: ${whyAway(error)}`;
    return [{ name: 'intake', state: 'degraded', detail }];
  }
}

/** Outside of a request. */
export function ownReading(): MetricsReading {
  return new MetricsReading(AbortSignal.timeout(SOURCE_MS_MAX));
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
    return { name, state: 'down', detail: `does not answer: ${whyAway(error)}` };
  }
}

/** What `read` resolves with; `nothing` where it rejects, and a part that says why. */
async function readOr<T>(
  nothing: T,
  name: string,
  read: () => Promise<T>,
): Promise<{ value: T; part?: PartStatus }> {
  try {
    return { value: await read() };
  } catch (error) {
    const detail = `cannot be read, shown as 0: ${whyAway(error)}`;
    return { value: nothing, part: { name, state: 'degraded', detail } };
  }
}

async function readNumber(
  source: NumberSource | undefined,
  reading: MetricsReading,
  signal: AbortSignal,
): Promise<number> {
  if (source === undefined) return 0;
  if (typeof source === 'function') return within(source(), signal);
  return sumOfMetrics(await reading.pages(source.urls), source.metrics);
}

async function readLetters(
  source: StatusSources['deadLetters'],
  reading: MetricsReading,
  signal: AbortSignal,
): Promise<readonly DeadLetterStatus[]> {
  if (source === undefined) return [];
  if (typeof source === 'function') return within(source(), signal);
  return readDeadLetters(await reading.each(source.urls));
}

function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error(`no answer within ${SOURCE_MS_MAX} ms`));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
