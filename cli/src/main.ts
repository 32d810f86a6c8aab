import { COMMANDS, findCommand, usage } from './commands/commands.ts';
import { UsageError } from './usage-error.ts';
import { VERSION } from './version.ts';

/**
 * The `sonde` command. In: arguments and files. Out: running processes, and lines for people on
 * standard output (errors on standard error, exit code 1).
 */
async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v') {
    process.stdout.write(`sonde version ${VERSION}\n`);
    return;
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(usage(COMMANDS));
    return;
  }
  const command = findCommand(name);
  await command.run(rest);
}

function report(error: unknown): void {
  const plain = error instanceof UsageError || isArgumentError(error);
  const text = plain && error instanceof Error ? error.message : describe(error);
  process.stderr.write(`Error: ${text}\n`);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message;
}

function isArgumentError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE');
}

try {
  await main(process.argv.slice(2));
  process.exit(process.exitCode ?? 0);
} catch (error) {
  report(error);
  process.exit(1);
}
