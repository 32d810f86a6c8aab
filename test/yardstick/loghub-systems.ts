import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from './structured-csv.ts';

/** Lines of one system with what is true of them. */
export interface LogSystem {
  readonly name: string;
  readonly raw: readonly string[];
  readonly bodies: readonly string[];
  readonly templates: readonly string[];
}

/** Every folder of `directory` that holds a log and its `*_structured_corrected.csv`. */
export function readSystems(directory: string): readonly LogSystem[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => readSystem(join(directory, name), name));
}

function readSystem(folder: string, name: string): readonly LogSystem[] {
  const files = readdirSync(folder);
  const csv =
    files.find((file) => file.endsWith('_structured_corrected.csv')) ??
    files.find((file) => file.endsWith('_structured.csv'));
  const log = files.find((file) => file.endsWith('.log'));
  if (csv === undefined || log === undefined || !existsSync(join(folder, log))) return [];
  const rows = readCsv(readFileSync(join(folder, csv), 'utf8'));
  const lines = readFileSync(join(folder, log), 'utf8').split(/\r?\n/);
  return [
    {
      name,
      raw: rows.map((row, i) => lines[Number(row['LineId'] ?? i + 1) - 1] ?? ''),
      bodies: rows.map((row) => row['Content'] ?? ''),
      templates: rows.map((row) => row['EventTemplate'] ?? ''),
    },
  ];
}
