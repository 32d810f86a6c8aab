import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadNamedComponents } from '@sonde/cli/components';
import { createConsoleLogger, parseFeatureGates, validateConfig } from '@sonde/pipeline';

const run = promisify(execFile);

export interface Configuration {
  /** `--config` values. */
  readonly configs: readonly string[];
  readonly sets?: readonly string[] | undefined;
  readonly gates?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What the Collector's `validate` says against a configuration; undefined: nothing. */
export async function collectorRefusal(
  binary: string,
  { configs, sets = [], gates, env = {} }: Configuration,
): Promise<string | undefined> {
  const args = [
    'validate',
    ...configs.map((config) => `--config=${config}`),
    ...sets.map((set) => `--set=${set}`),
    ...(gates === undefined ? [] : [`--feature-gates=${gates}`]),
  ];
  try {
    await run(binary, args, { env: { ...process.env, ...env } });
    return undefined;
  } catch (error) {
    return String(Reflect.get(Object(error), 'stderr'));
  }
}

/** The same of `sonde validate`, in this process. */
export async function sondeRefusal({
  configs,
  sets = [],
  gates,
  env = {},
}: Configuration): Promise<string | undefined> {
  try {
    await validateConfig({
      configUris: configs,
      sets,
      gates: parseFeatureGates(gates === undefined ? [] : [gates]),
      factories: loadNamedComponents,
      env: { ...process.env, ...env },
      logger: createConsoleLogger({ write: () => {} }),
    });
    return undefined;
  } catch (error) {
    return `Error: ${error instanceof Error ? error.message : String(error)}`;
  }
}
