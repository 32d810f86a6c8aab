import { FEATURE_GATES, type FeatureGateDescription } from '@sonde/pipeline';
import { UsageError } from '../usage-error.ts';
import { readFlags } from './read-flags.ts';

const TITLES = ['ID', 'Enabled', 'Stage', 'Description'] as const;

/** `sonde featuregate [ID]`: the gates there are, or one of them, in the Collector's layout. */
export async function featureGate(args: readonly string[]): Promise<void> {
  const { positionals } = readFlags(args, {}, { positionalsMax: 1 });
  const [id] = positionals;
  if (id === undefined) {
    process.stdout.write(formatTable(FEATURE_GATES.map(row)));
    return;
  }
  const gate = FEATURE_GATES.find((candidate) => candidate.id === id);
  if (gate === undefined) throw new UsageError(`feature ${JSON.stringify(id)} not found`);
  process.stdout.write(
    `Feature: ${gate.id}\nEnabled: false\nStage: ${gate.stage}\n` +
      `Description: ${gate.description}\nFrom Version: ${gate.fromVersion}\nTo Version: v<nil>\n`,
  );
}

function row({ id, stage, description }: FeatureGateDescription): readonly string[] {
  return [id, 'false', stage, description];
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const all = [TITLES, ...rows];
  const widths = TITLES.map((_title, column) =>
    Math.max(...all.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map((cells) => `${line(cells)}\n`).join('');
}
