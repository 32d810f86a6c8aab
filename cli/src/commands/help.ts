/** What `--help` says of a flag. */
export interface DescribedFlag {
  /** What stands for the value: `FILE`. */
  readonly value: string;
  /** What it does, a line. */
  readonly about: string;
  readonly multiple?: boolean | undefined;
  readonly default?: unknown;
}

/** The arguments ask what a command takes, instead of running it. */
export class HelpWanted extends Error {
  readonly flags: Readonly<Record<string, DescribedFlag>>;

  constructor(flags: Readonly<Record<string, DescribedFlag>>) {
    super('help is wanted');
    this.name = 'HelpWanted';
    this.flags = flags;
  }
}

export interface DescribedCommand {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** Arguments beside flags: `[ID]`. */
  readonly operands?: string;
}

/** What a command is for and every flag it reads. */
export function commandHelp(
  command: DescribedCommand,
  flags: Readonly<Record<string, DescribedFlag>>,
): string {
  const { name, aliases = [], summary, operands } = command;
  const line = ['Usage: sonde', name, '[FLAGS]', ...(operands === undefined ? [] : [operands])];
  const aliasLine = aliases.length === 0 ? '' : `\nAlso called ${aliases.join(', ')}.\n`;
  const rows = [
    ...Object.entries(flags).map(([flag, { value, about, multiple, default: preset }]) => [
      `--${flag} ${value}`,
      `${about}${multiple === true ? ' (may be repeated)' : ''}${presetOf(preset)}`,
    ]),
    ['-h, --help', 'this text'],
  ];
  const width = Math.max(...rows.map(([left = '']) => left.length));
  const table = rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}\n`);
  return `${summary}\n\n${line.join(' ')}\n${aliasLine}\nFlags:\n${table.join('')}`;
}

function presetOf(preset: unknown): string {
  return preset === undefined ? '' : ` (default ${String(preset)})`;
}
