import { configJsonSchema } from '@sonde/pipeline';
import { loadComponents } from '../components.ts';
import { readFlags } from './read-flags.ts';

/** `sonde schema`: the JSON schema of the configuration, for editors and checks. */
export async function schema(args: readonly string[]): Promise<void> {
  readFlags(args, {});
  process.stdout.write(await formatConfigSchema());
}

/** The content of `docs/config.schema.json`. */
export async function formatConfigSchema(): Promise<string> {
  return `${JSON.stringify(configJsonSchema(await loadComponents()), null, 2)}\n`;
}
