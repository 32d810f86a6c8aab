import { configJsonSchema } from '@sonde/pipeline';
import { COMPONENTS } from '../components.ts';
import { readFlags } from './read-flags.ts';

/** `sonde schema`: the JSON schema of the configuration, for editors and checks. */
export async function schema(args: readonly string[]): Promise<void> {
  readFlags(args, {});
  process.stdout.write(formatConfigSchema());
}

/** The content of `docs/config.schema.json`. */
export function formatConfigSchema(): string {
  return `${JSON.stringify(configJsonSchema(COMPONENTS), null, 2)}\n`;
}
