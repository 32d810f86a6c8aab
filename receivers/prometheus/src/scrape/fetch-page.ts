import type { ScrapeConfig, ScrapeProtocol } from '../config/scrape-config.ts';
import { PAGE_BYTES_MAX } from '../limits.ts';
import type { HttpGet } from './http-get.ts';
import type { Target } from './target.ts';

export interface Page {
  readonly body: Buffer;
  readonly openMetrics: boolean;
}

const MEDIA_TYPES: Readonly<Record<ScrapeProtocol, string>> = {
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
};
/** Formats that know names with all characters. */
const WITH_UTF8: ReadonlySet<ScrapeProtocol> = new Set([
  'OpenMetricsText1.0.0',
  'PrometheusText1.0.0',
]);

/** The `Accept` header: the formats by their rank, then anything. */
export function acceptHeader(protocols: readonly ScrapeProtocol[], utf8: boolean): string {
  const weight = (rank: number): string => `q=0.${protocols.length + 1 - rank}`;
  const types = protocols.map((protocol, rank) => {
    const escaping = utf8 && WITH_UTF8.has(protocol) ? ';escaping=allow-utf-8' : '';
    return `${MEDIA_TYPES[protocol]}${escaping};${weight(rank)}`;
  });
  return [...types, `*/*;${weight(protocols.length)}`].join(',');
}

/** Rejects where there is no page: no answer in time, another status than 200, too long. */
export async function fetchPage(
  get: HttpGet,
  target: Target,
  config: ScrapeConfig,
  stop: AbortSignal,
): Promise<Page> {
  const { limits, compression, protocols, utf8Names } = config;
  const timeout = AbortSignal.timeout(target.timeoutMs);
  try {
    const answer = await get.get(target.url, {
      headers: {
        accept: acceptHeader(protocols, utf8Names),
        'accept-encoding': compression ? 'gzip' : 'identity',
        'user-agent': 'Sonde',
        'x-prometheus-scrape-timeout-seconds': String(target.timeoutMs / 1000),
      },
      bytesMax: limits.bodyBytesMax === 0 ? PAGE_BYTES_MAX : limits.bodyBytesMax,
      signal: AbortSignal.any([timeout, stop]),
    });
    if (answer.status !== 200) {
      throw new Error(`server returned HTTP status ${answer.status} ${answer.statusText}`);
    }
    const openMetrics = /^application\/openmetrics-text\b/i.test(answer.contentType.trim());
    return { body: answer.body, openMetrics };
  } catch (error) {
    if (timeout.aborted && !stop.aborted) throw new Error('context deadline exceeded');
    throw error;
  }
}
