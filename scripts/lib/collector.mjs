// Builds the Go Collector that tests and benchmarks run beside Sonde, once a machine.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { contentHash } from './stamp.mjs';
import { run, say } from './steps.mjs';

const BUILDER = 'go.opentelemetry.io/collector/cmd/builder@v0.161.0';

/** The path of the Collector for this checkout's builder file, whether or not it exists yet. */
export function collectorPath(root) {
  const hash = contentHash(root, ['test/peers/collector/builder.yaml']).slice(0, 16);
  return join(cacheDirectory(), 'otelcol', hash, 'otelcol');
}

/** Builds it where it is missing; returns its path, or undefined where there is no Go. */
export async function setupCollector(root) {
  const target = collectorPath(root);
  if (existsSync(target)) return target;
  if (spawnSync('go', ['version']).status !== 0) {
    say('No Go here: the tests that run a Collector will be skipped.');
    return undefined;
  }
  const directory = join(cacheDirectory(), 'otelcol', 'build');
  mkdirSync(directory, { recursive: true });
  copyFileSync(join(root, 'test/peers/collector/builder.yaml'), join(directory, 'builder.yaml'));
  say('Building the reference Collector: about 10 minutes and 600 MB of modules, once a machine.');
  const env = { GOBIN: join(directory, 'bin'), GOFLAGS: '-p=2' };
  const steps = [
    ['Collector: builder', 'go', ['install', BUILDER], directory],
    [
      'Collector: sources',
      join(directory, 'bin/builder'),
      ['--skip-compilation', '--config', 'builder.yaml'],
      directory,
    ],
    [
      'Collector: compile',
      'go',
      ['build', '-trimpath', '-ldflags', '-s -w', '-o', 'otelcol', '.'],
      join(directory, 'otelcol'),
    ],
  ];
  for (const [title, command, args, cwd] of steps) {
    const { code } = await run(title, command, args, { cwd, env, mayFail: true });
    if (code !== 0) return undefined;
  }
  mkdirSync(join(target, '..'), { recursive: true });
  renameSync(join(directory, 'otelcol/otelcol'), target);
  return target;
}
