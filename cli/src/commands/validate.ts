import { validateConfig } from '@sonde/pipeline';
import { CONFIG_FLAGS, configOptions } from './config-flags.ts';
import { readFlags } from './read-flags.ts';

/**
 * `sonde validate`: reads a configuration and builds its graph; opens nothing. Prints nothing when
 * it is good.
 */
export async function validate(args: readonly string[]): Promise<void> {
  const { values } = readFlags(args, CONFIG_FLAGS);
  await validateConfig(configOptions(values));
}
