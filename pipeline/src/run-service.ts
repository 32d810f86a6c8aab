import { ServiceRun } from './reload/service-run.ts';
import type { RunServiceOptions } from './run-options.ts';

/**
 * Runs a configuration until `signal` aborts (resolves after the shutdown) or a component fails for
 * good (rejects with `ServiceError` after the shutdown). Rejects with `ConfigError`, `SourceError`
 * or `ServiceError` when it cannot start.
 *
 * A reload that cannot be read or built changes nothing; one that cannot start brings the
 * configuration before it back.
 */
export function runService(options: RunServiceOptions): Promise<void> {
  return new ServiceRun(options).run();
}
