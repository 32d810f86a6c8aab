import { ConfigError } from '../src/config/config-error.ts';
import type { EngineConfig } from '../src/config/engine-config.ts';
import type { FeatureGates } from '../src/config/feature-gates.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { resolveConfig } from '../src/config/resolve-config.ts';
import { fixtureFactories, type Journal } from './fixture-components.ts';

export interface LoadFixture {
  readonly sets?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly journal?: Journal;
  readonly gates?: FeatureGates;
  readonly warnings?: string[];
}

/** A configuration of fixture components that works. */
export const WORKING = `
receivers:
  otlp:
    protocols:
      grpc:
exporters:
  nop:
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [nop]
`;

export function load(yaml: string, fixture: LoadFixture = {}): EngineConfig {
  const { sets = [], env = {}, journal, gates, warnings = [] } = fixture;
  const resolved = resolveConfig({
    configUris: [`yaml:${yaml}`],
    sets,
    env,
    warn: (message, fields) => warnings.push(`${message} ${Object.values(fields).join(' ')}`),
  });
  return loadConfig(resolved, {
    factories: fixtureFactories(journal),
    warn: (message) => warnings.push(message),
    ...(gates === undefined ? {} : { gates }),
  });
}

/** The text that `work` is refused with. */
export function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}
