import { UsageError } from '../usage-error.ts';
import type { DescribedCommand } from './help.ts';

export interface Command extends DescribedCommand {
  readonly run: (args: readonly string[]) => Promise<void>;
}

/** A command's code is loaded when it runs: a process holds what it needs. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'up',
    summary: 'everything on this machine: store, gateway, API and page',
    run: async (args) => (await import('./up.ts')).up(args),
  },
  {
    name: 'gateway',
    summary: 'run pipelines from Collector configuration',
    run: async (args) => (await import('./gateway.ts')).gateway(args),
  },
  {
    name: 'process',
    summary: 'the same behind Kafka, in front of the store',
    run: async (args) => (await import('./gateway.ts')).processRole(args),
  },
  {
    name: 'agent',
    summary: 'observe this host and send what is seen as OTLP',
    run: async (args) => (await import('./agent.ts')).agent(args),
  },
  {
    name: 'validate',
    summary: 'check a Collector configuration without running it',
    run: async (args) => (await import('./validate.ts')).validate(args),
  },
  {
    name: 'print-config',
    aliases: ['print-initial-config'],
    summary: 'a Collector configuration merged and expanded',
    run: async (args) => (await import('./print-config.ts')).printConfig(args),
  },
  {
    name: 'components',
    summary: 'the components that configuration may name',
    run: async (args) => (await import('./components.ts')).components(args),
  },
  {
    name: 'featuregate',
    summary: 'the feature gates there are',
    operands: '[ID]',
    run: async (args) => (await import('./feature-gate.ts')).featureGate(args),
  },
  {
    name: 'schema',
    summary: 'the JSON schema of the configuration',
    run: async (args) => (await import('./schema.ts')).schema(args),
  },
  {
    name: 'patterns',
    summary: 'the patterns of a log file or of standard input',
    operands: '[FILE]',
    run: async (args) => (await import('./patterns.ts')).patterns(args),
  },
  {
    name: 'replay',
    summary: 'dead letters: count them, put them back',
    run: async (args) => (await import('./replay.ts')).replay(args),
  },
  {
    name: 'serve',
    summary: 'the API and the page',
    run: async (args) => (await import('./serve.ts')).serve(args),
  },
  {
    name: 'store',
    summary: 'the embedded ClickHouse engine',
    run: async (args) => (await import('./store.ts')).store(args),
  },
  {
    name: 'retention',
    summary: 'how long what is kept, and how much room there is',
    run: async (args) => (await import('./retention.ts')).retention(args),
  },
  {
    name: 'backup',
    summary: 'a copy of the store and the settings, also while Sonde runs',
    operands: 'FOLDER',
    run: async (args) => (await import('./backup.ts')).backup(args),
  },
  {
    name: 'restore',
    summary: 'a backup into a data folder',
    operands: 'FOLDER',
    run: async (args) => (await import('./restore.ts')).restore(args),
  },
];

/** Flags that begin a command line without a command: it is the Collector's, and the gateway's. */
const GATEWAY_FLAG = /^--(config|set|feature-gates)(=|$)/;

/** The command of a command line, and its arguments. Throws `UsageError` when there is none such. */
export function findCommand(args: readonly string[]): {
  readonly command: Command;
  readonly rest: readonly string[];
} {
  const [name = '', ...rest] = args;
  if (GATEWAY_FLAG.test(name)) return { command: commandOf('gateway'), rest: args };
  return { command: commandOf(name), rest };
}

function commandOf(name: string): Command {
  const command = COMMANDS.find(
    (candidate) => candidate.name === name || candidate.aliases?.includes(name),
  );
  if (command !== undefined) return command;
  throw new UsageError(
    `unknown command ${JSON.stringify(name)} for "sonde"\nRun 'sonde --help' for usage.`,
  );
}

export function usage(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`);
  return (
    `Usage: sonde COMMAND [FLAGS]\n\n${rows.join('\n')}\n\n  --version    print the version\n\n` +
    "Run 'sonde COMMAND --help' for the flags of a command.\n"
  );
}
