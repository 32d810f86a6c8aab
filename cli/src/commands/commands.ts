import { UsageError } from '../usage-error.ts';
import { gateway } from './gateway.ts';
import { serve } from './serve.ts';
import { store } from './store.ts';
import { up } from './up.ts';

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly run: (args: readonly string[]) => Promise<void>;
}

export const COMMANDS: readonly Command[] = [
  {
    name: 'up',
    summary: 'everything on this machine: store, gateway, API and page',
    run: up,
  },
  {
    name: 'gateway',
    summary: 'run pipelines from Collector configuration: --config FILE, --set key=value',
    run: gateway,
  },
  { name: 'serve', summary: 'the API and the page: --config FILE, --set key=value', run: serve },
  {
    name: 'store',
    summary: 'the embedded ClickHouse engine: --directory FOLDER, --port N',
    run: store,
  },
];

/** Throws `UsageError` with the nearest name when there is none like it. */
export function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  throw new UsageError(`unknown command "${name}"\n\n${usage(COMMANDS)}`);
}

export function usage(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`);
  return `Usage: sonde COMMAND [OPTIONS]\n\n${rows.join('\n')}\n\n  --version  print the version\n`;
}
