import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A reference Collector that has the receiver; undefined where none was built. */
export function findCollector(component: string): string | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'sonde/otelcol');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map((build) => join(folder, build, 'otelcol'))
    .filter((path) => existsSync(path) && !path.includes('/build'))
    .find((path) => spawnSync(path, ['components']).stdout.toString().includes(component));
}

/** What a Collector of that configuration wrote to `out.json`, once `enough` holds of its lines. */
export async function collect(
  binary: string,
  yaml: string,
  enough: (lines: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-collector-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.yaml');
  const out = join(folder, 'out.json');
  writeFileSync(file, yaml.replaceAll('OUT', out));
  const child = spawn(binary, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  try {
    for (;;) {
      const lines = existsSync(out) ? readFileSync(out, 'utf8').split('\n').slice(0, -1) : [];
      if (enough(lines)) return lines;
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await stop(child);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await gone;
}
