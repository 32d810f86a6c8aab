import { ConfigError } from './config-error.ts';
import { type ConfigMap, type ConfigValue, isMap } from './config-value.ts';
import { expand } from './expand.ts';
import { mergeConfigs, nestKeys } from './merge.ts';
import { PositionIndex } from './position.ts';
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
  /** `--config` values in order: `file:`, `env:`, `yaml:` or a bare path. */
  readonly configUris: readonly string[];
  /** `--set` values in order, after every `--config`. */
  readonly sets?: readonly string[];
  readonly appendLists?: boolean;
}

/** Merged and expanded, not yet read by any component. */
export interface ResolvedConfig {
  readonly root: ConfigMap;
  readonly positions: PositionIndex;
}

/** Reads, merges and expands all sources. Throws `ConfigError` or `SourceError` (bad flags). */
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
    const retrieved = asConfigError(
      () => retrieve(location, options),
      'cannot retrieve the configuration: ',
    );
    merged = mergeConfigs(merged, mapOf(retrieved), { appendLists: options.appendLists ?? false });
    if (retrieved.positions !== undefined) positions.addAll(retrieved.positions);
  }
  const root = asConfigError(() => expandRoot(merged, options), '');
  return { root, positions };
}

function mapOf(retrieved: Retrieved): ConfigMap {
  const problem = notAMap(retrieved);
  if (problem !== undefined) throw new ConfigError([{ stage: 'resolve', text: problem, path: [] }]);
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
    throw new ConfigError([{ stage: 'resolve', text: `${prefix}${error.message}`, path: [] }]);
  }
}
