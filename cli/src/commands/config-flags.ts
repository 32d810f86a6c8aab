import {
  createConsoleLogger,
  type FeatureGates,
  parseFeatureGates,
  type ReadConfigOptions,
} from '@sonde/pipeline';
import { COMPONENTS } from '../components.ts';

/** The flags of every command that reads a Collector configuration. */
export const CONFIG_FLAGS = {
  config: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  'feature-gates': { type: 'string', multiple: true },
} as const;

export interface ConfigFlagValues {
  readonly config?: readonly string[] | undefined;
  readonly set?: readonly string[] | undefined;
  readonly 'feature-gates'?: readonly string[] | undefined;
}

/** What `--config`, `--set` and `--feature-gates` say. Throws `SourceError` for a bad gate. */
export function configOptions(values: ConfigFlagValues): ReadConfigOptions & {
  readonly gates: FeatureGates;
} {
  return {
    configUris: values.config ?? [],
    sets: values.set ?? [],
    gates: parseFeatureGates(values['feature-gates'] ?? []),
    factories: COMPONENTS,
    env: process.env,
    logger: createConsoleLogger(),
  };
}
