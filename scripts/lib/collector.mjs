// Builds the Go Collectors that tests and benchmarks run beside Sonde, once a machine: a small one
// that `npm test` waits for, and a full one with every component that conformance compares.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { contentHash } from './stamp.mjs';
import { run, say } from './steps.mjs';

const BUILDER = 'go.opentelemetry.io/collector/cmd/builder@v0.161.0';

const KINDS = {
  small: { file: 'test/peers/collector/builder.yaml', build: 'build/small', cost: '10 minutes' },
  full: { file: 'test/peers/collector/builder-full.yaml', build: 'build/full', cost: '25 minutes' },
};

/** The path of the Collector for this checkout's builder file, whether or not it exists yet. */
export function collectorPath(root, kind = 'small') {
  const hash = contentHash(root, [KINDS[kind].file]).slice(0, 16);
  return join(cacheDirectory(), 'otelcol', hash, 'otelcol');
}

/** Builds it where it is missing; returns its path, or undefined where there is no Go. */
export async function setupCollector(root, kind = 'small') {
  const target = collectorPath(root, kind);
  if (existsSync(target)) return target;
  if (spawnSync('go', ['version']).status !== 0) {
    say('No Go here: the tests that run a Collector will be skipped.');
    return undefined;
  }
  const { file, build, cost } = KINDS[kind];
  const directory = join(cacheDirectory(), 'otelcol', build);
  mkdirSync(directory, { recursive: true });
  copyFileSync(join(root, file), join(directory, 'builder.yaml'));
  say(`Building the ${kind} reference Collector: about ${cost}, once a machine.`);
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
