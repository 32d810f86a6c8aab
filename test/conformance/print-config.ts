import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../tidy/repository.ts';
import type { Configuration } from './refusal.ts';

const run = promisify(execFile);

/**
 * What `print-config` prints: of the Collector's binary, or of `sonde` without one. Rejects when it
 * is refused.
 */
export async function printConfig(
  collector: string | undefined,
  { configs, sets = [], gates, env = {} }: Configuration,
): Promise<unknown> {
  const [command, ...first] =
    collector === undefined ? [process.execPath, join(ROOT, 'cli/dist/sonde.js')] : [collector];
  const args = [
    ...first,
    'print-config',
    '--format=json',
    '--mode=unredacted',
    '--validate=false',
    ...configs.map((config) => `--config=${config}`),
    ...sets.map((set) => `--set=${set}`),
    ...(gates === undefined ? [] : [`--feature-gates=${gates}`]),
  ];
  const { stdout } = await run(command ?? '', args, { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}
