import {
  checkGraph,
  factoriesFor,
  loadConfig,
  type PrintMode,
  printableConfig,
  readSources,
} from '@sonde/pipeline';
import { UsageError } from '../usage-error.ts';
import { CONFIG_FLAGS, configOptions } from './config-flags.ts';
import { readFlags } from './read-flags.ts';
import { yamlText } from './yaml-text.ts';

/** Upstream's indentation. */
const JSON_INDENT = 2;

/**
 * `sonde print-config`: the configuration merged and expanded, as its components will read it;
 * secrets are `[REDACTED]` unless `--mode unredacted`.
 */
export async function printConfig(args: readonly string[]): Promise<void> {
  const { values } = readFlags(withValidateValue(args), {
    ...CONFIG_FLAGS,
    format: { type: 'string', default: 'yaml', value: 'FORMAT', about: 'yaml or json' },
    mode: {
      type: 'string',
      default: 'redacted',
      value: 'MODE',
      about: 'redacted, or unredacted with secrets',
    },
    validate: {
      type: 'string',
      default: 'true',
      value: 'BOOL',
      about: 'false prints what is no valid configuration too',
    },
  });
  const format = readFormat(values.format);
  const mode = readMode(values.mode);
  const options = configOptions(values);
  const resolved = await readSources(options);
  const factories = await factoriesFor(resolved, options.factories);
  if (readBoolean(values.validate)) checkGraph(loadConfig(resolved, { ...options, factories }));
  const tree = printableConfig(resolved, { factories, mode });
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(tree, null, JSON_INDENT)}\n` : yamlText(tree),
  );
}

/** `--validate` alone is `--validate=true`, as for any boolean flag of Go's. */
function withValidateValue(args: readonly string[]): readonly string[] {
  return args.map((arg) => (arg === '--validate' ? '--validate=true' : arg));
}

function readFormat(text: string): 'yaml' | 'json' {
  const format = text.toLowerCase();
  if (format === 'yaml' || format === 'json') return format;
  throw new UsageError(`unrecognized print format: ${text}`);
}

function readMode(text: string): PrintMode {
  const mode = text.toLowerCase();
  if (mode === 'redacted' || mode === 'unredacted') return mode;
  throw new UsageError(`invalid mode ${JSON.stringify(text)}: modes are: redacted, unredacted`);
}

function readBoolean(text: string): boolean {
  if (['1', 't', 'true'].includes(text.toLowerCase())) return true;
  if (['0', 'f', 'false'].includes(text.toLowerCase())) return false;
  const quoted = JSON.stringify(text);
  throw new UsageError(
    `invalid argument ${quoted} for "--validate" flag: strconv.ParseBool: parsing ${quoted}: ` +
      'invalid syntax',
  );
}
