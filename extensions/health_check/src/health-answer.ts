import type { ServiceStatus } from '@sonde/pipeline';
import type { HealthCheckConfig } from './config.ts';
import { formatGoDuration } from './go-duration.ts';

export interface HealthAnswer {
  readonly statusCode: 200 | 503;
  readonly contentType: string;
  readonly body: string;
}

/** Components named in an answer. */
const COMPONENTS_MAX = 100;

/**
 * What a probe is told: 200 while the service is ready and no component has failed for good, 503
 * otherwise, with the names of those that failed. The JSON is the Collector's.
 */
export function healthAnswer(
  status: ServiceStatus,
  { responseBody }: Pick<HealthCheckConfig, 'responseBody'>,
  nowUnixMs: number,
): HealthAnswer {
  const failed = failedComponents(status);
  const healthy = status.phase === 'ready' && Object.keys(failed).length === 0;
  const statusCode = healthy ? 200 : 503;
  const text = healthy ? responseBody?.healthy : responseBody?.unhealthy;
  if (text !== undefined)
    return { statusCode, contentType: 'text/plain; charset=utf-8', body: text };
  const body = healthy ? available(status, nowUnixMs) : notAvailable(failed);
  return { statusCode, contentType: 'application/json', body: JSON.stringify(body) };
}

function available({ readySinceUnixMs }: ServiceStatus, nowUnixMs: number): object {
  const since = readySinceUnixMs ?? nowUnixMs;
  return {
    status: 'Server available',
    upSince: new Date(since).toISOString(),
    uptime: formatGoDuration(nowUnixMs - since),
  };
}

function notAvailable(components: Readonly<Record<string, string>>): object {
  const answer = { status: 'Server not available', upSince: '0001-01-01T00:00:00Z', uptime: '' };
  return Object.keys(components).length === 0 ? answer : { ...answer, components };
}

/** States only: what exactly failed is in the log, where not everybody reads. */
function failedComponents({ components }: ServiceStatus): Readonly<Record<string, string>> {
  const failed = [...components].filter(
    ([, { state }]) => state === 'permanent' || state === 'fatal',
  );
  return Object.fromEntries(
    failed.slice(0, COMPONENTS_MAX).map(([name, { state }]) => [name, state]),
  );
}
