import { COMMANDS, type Command, findCommand, usage } from './commands/commands.ts';
import { commandHelp, HelpWanted } from './commands/help.ts';
import { VERSION } from './version.ts';

/**
 * The `sonde` command. In: arguments and files. Out: running processes, and lines for people on
 * standard output (errors on standard error, exit code 1).
 */
async function main(args: readonly string[]): Promise<void> {
  const [name] = args;
  if (name === '--version' || name === '-v') {
    process.stdout.write(`sonde version ${VERSION}\n`);
    return;
  }
  if (name === 'help' && args[1] !== undefined) return main([args[1], '--help']);
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(usage(COMMANDS));
    return;
  }
  const { command, rest } = findCommand(args);
  await runOrHelp(command, rest);
}

async function runOrHelp(command: Command, args: readonly string[]): Promise<void> {
  try {
    await command.run(args);
  } catch (error) {
    if (!(error instanceof HelpWanted)) throw error;
    process.stdout.write(commandHelp(command, error.flags));
  }
}

function report(error: unknown): void {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** A pipe takes what is written to it later; an exit before that would cut it off. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

try {
  await main(process.argv.slice(2));
  await written(process.stdout);
  process.exit(process.exitCode ?? 0);
} catch (error) {
  report(error);
  await written(process.stderr);
  process.exit(1);
}
