import { EXPORT_PATHS, type Signal } from '@sonde/proto';
import type { OtlpHttpConfig, SignalEndpoints } from './config.ts';

const KEYS: Readonly<Record<Signal, keyof SignalEndpoints>> = {
  traces: 'traces_endpoint',
  metrics: 'metrics_endpoint',
  logs: 'logs_endpoint',
  profiles: 'profiles_endpoint',
};

/**
 * Where a signal goes: its own endpoint as it is, else `endpoint` with the path of the specification
 * behind it. Undefined where the configuration names neither.
 */
export function signalUrl(
  signal: Signal,
  config: SignalEndpoints & Pick<OtlpHttpConfig, 'endpoint'>,
): string | undefined {
  const own = config[KEYS[signal]];
  if (own !== '') return own;
  const { endpoint } = config;
  if (endpoint === '') return undefined;
  return `${endpoint.endsWith('/') ? endpoint.slice(0, -1) : endpoint}${EXPORT_PATHS[signal].http}`;
}
