// Builds telemetrygen, OpenTelemetry's load generator, that a test runs as a client, once a machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { run, say } from './steps.mjs';

const VERSION = 'v0.161.0';
const MODULE = 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen';

/** Its path, whether or not it exists yet. */
export function telemetrygenPath() {
  return join(cacheDirectory(), 'telemetrygen', VERSION, 'telemetrygen');
}

/** Builds it where it is missing; returns its path, or undefined where that cannot be done. */
export async function setupTelemetrygen() {
  const target = telemetrygenPath();
  if (existsSync(target)) return target;
  if (spawnSync('go', ['version']).status !== 0) {
    say('No Go here: the tests that run telemetrygen will be skipped.');
    return undefined;
  }
  const directory = join(cacheDirectory(), 'telemetrygen', `build-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  const { code } = await run('telemetrygen: build', 'go', ['install', `${MODULE}@${VERSION}`], {
    env: { GOBIN: directory, GOFLAGS: '-p=2' },
    mayFail: true,
  });
  if (code === 0) {
    mkdirSync(join(target, '..'), { recursive: true });
    // One step, so that a test beside it never meets half a file.
    renameSync(join(directory, 'telemetrygen'), target);
  }
  rmSync(directory, { recursive: true, force: true });
  return code === 0 ? target : undefined;
}
