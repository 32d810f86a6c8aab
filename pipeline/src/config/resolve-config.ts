import { ConfigError } from './config-error.ts';
import { type ConfigMap, type ConfigValue, isMap } from './config-value.ts';
import { expand } from './expand.ts';
import { mergeConfigs, nestKeys } from './merge.ts';
import { PositionIndex } from './position.ts';
import { type RemoteOptions, withRemoteSources } from './remote-sources.ts';
import {
  notAMap,
  parseLocation,
  parseSet,
  type Retrieved,
  retrieve,
  type SourceContext,
  SourceError,
} from './sources.ts';

/** Locations of one configuration, `--set` included; the Collector's documented maximum. */
const SOURCES_MAX = 100;

export interface ResolveOptions extends SourceContext {
  /** `--config` values in order: `file:`, `env:`, `yaml:`, `http:`, `https:` or a bare path. */
  readonly configUris: readonly string[];
  /** `--set` values in order, after every `--config`. */
  readonly sets?: readonly string[];
  readonly appendLists?: boolean;
}

const RETRIEVING = 'cannot retrieve the configuration: ';

/** Merged and expanded, not yet read by any component. */
export interface ResolvedConfig {
  readonly root: ConfigMap;
  readonly positions: PositionIndex;
}

/**
 * `resolveConfig` that fetches what stands behind `http:` and `https:` too. Rejects with what that
 * throws; a source that cannot be fetched is a `ConfigError`.
 */
export async function fetchConfig(
  options: ResolveOptions,
  remote: RemoteOptions = {},
): Promise<ResolvedConfig> {
  let warnings: Parameters<SourceContext['warn']>[] = [];
  const read = (remotes: ReadonlyMap<string, string>): ResolvedConfig => {
    warnings = [];
    return resolveConfig({ ...options, remotes, warn: (...warning) => warnings.push(warning) });
  };
  try {
    return await withRemoteSources(read, remote);
  } catch (error) {
    throw error instanceof SourceError && error.isRemote ? unresolved(error, RETRIEVING) : error;
  } finally {
    // Only the last reading went to the end, and it alone is told of.
    for (const warning of warnings) options.warn(...warning);
  }
}

/**
 * Reads, merges and expands all sources that are here. Throws `ConfigError`, `SourceError` (bad
 * flags) or `SourceNeeded` for a source that has to be fetched.
 */
export function resolveConfig(options: ResolveOptions): ResolvedConfig {
  const { configUris, sets = [] } = options;
  if (configUris.length === 0) {
    throw new SourceError('at least one config flag must be provided');
  }
  if (configUris.length + sets.length > SOURCES_MAX) {
    throw new SourceError(`more than ${SOURCES_MAX} config and set flags`);
  }
  const locations = [...configUris.map(parseLocation), ...sets.map(parseSet)];
  const positions = new PositionIndex();
  let merged: ConfigMap = new Map();
  for (const location of locations) {
    const retrieved = asConfigError(() => retrieve(location, options), RETRIEVING);
    merged = mergeConfigs(merged, mapOf(retrieved), { appendLists: options.appendLists ?? false });
    if (retrieved.positions !== undefined) positions.addAll(retrieved.positions);
  }
  const root = asConfigError(() => expandRoot(merged, options), '');
  return { root, positions };
}

function mapOf(retrieved: Retrieved): ConfigMap {
  const problem = notAMap(retrieved);
  if (problem !== undefined) {
    const { reason, position, hint } = problem;
    const where = position === undefined ? {} : { position };
    const mend = hint === undefined ? {} : { hint };
    throw new ConfigError([{ stage: 'resolve', text: reason, path: [], ...where, ...mend }]);
  }
  return isMap(retrieved.value) ? nestKeys(retrieved.value) : new Map();
}

function expandRoot(root: ConfigMap, context: SourceContext): ConfigMap {
  const entries = [...root].map(([key, value]): [string, ConfigValue] => [
    key,
    expand(value, context),
  ]);
  return new Map(entries);
}

function asConfigError<T>(work: () => T, prefix: string): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw unresolved(error, prefix);
  }
}

function unresolved(error: SourceError, prefix: string): ConfigError {
  return new ConfigError([{ stage: 'resolve', text: `${prefix}${error.message}`, path: [] }]);
}
