import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { type DescribedFlag, HelpWanted } from './help.ts';

type FlagOptions = NonNullable<ParseArgsConfig['options']> &
  Readonly<Record<string, DescribedFlag>>;

/** What `parseArgs` makes of those options. */
type Flags<T extends FlagOptions> = ReturnType<
  typeof parseArgs<{ options: T; strict: true; allowPositionals: true }>
>;

/** They count wherever they stand, but behind `--`. */
const HELP_FLAGS: readonly string[] = ['--help', '-h'];

/**
 * Reads a command's arguments. Throws `UsageError` with the words that the Collector's command has
 * for what is wrong with them, `HelpWanted` when they ask what there is.
 */
export function readFlags<const T extends FlagOptions>(
  args: readonly string[],
  options: T,
  { positionalsMax = 0 }: { readonly positionalsMax?: number } = {},
): Flags<T> {
  const end = args.indexOf('--');
  const flagArgs = end < 0 ? args : args.slice(0, end);
  if (flagArgs.some((arg) => HELP_FLAGS.includes(arg))) throw new HelpWanted(options);
  let flags: Flags<T>;
  try {
    flags = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(describe(error));
  }
  const count = flags.positionals.length;
  if (count > positionalsMax) {
    throw new UsageError(`accepts ${positionalsMax} arg(s), received ${count}`);
  }
  return flags;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const flag = /^(?:Unknown option|Option) '(--?[\w-]+)/.exec(error.message)?.[1];
  const code = 'code' in error ? error.code : undefined;
  if (flag === undefined) return error.message;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `unknown flag: ${flag}`;
  if (error.message.includes('argument missing')) return `flag needs an argument: ${flag}`;
  return error.message;
}
