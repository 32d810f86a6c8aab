import {
  createConsoleLogger,
  type FeatureGates,
  parseFeatureGates,
  type ReadConfigOptions,
} from '@sonde/pipeline';
import { loadNamedComponents } from '../components.ts';

/** The flags of every command that reads configuration. */
export const SOURCE_FLAGS = {
  config: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    about: 'a file, or file:, env:, yaml:, http:, https: and what it names; later ones win',
  },
  set: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    about: 'one value, like receivers.otlp.protocols.grpc.endpoint=localhost:4317',
  },
} as const;

const GATE_FLAGS = {
  'feature-gates': {
    type: 'string',
    multiple: true,
    value: 'GATE,-GATE',
    about: 'gates to turn on, with a minus off; sonde featuregate lists them',
  },
} as const;

/** The flags of every command that reads a Collector configuration. */
export const CONFIG_FLAGS: typeof SOURCE_FLAGS & typeof GATE_FLAGS = {
  ...SOURCE_FLAGS,
  ...GATE_FLAGS,
};

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
    factories: loadNamedComponents,
    env: process.env,
    logger: createConsoleLogger(),
  };
}
