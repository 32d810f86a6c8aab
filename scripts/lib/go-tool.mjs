// Builds a program in Go that a test runs as a peer, once a machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { run, say } from './steps.mjs';

/** Its path, whether or not it exists yet. */
export function goToolPath({ name, version }) {
  return join(cacheDirectory(), name, version, name);
}

/** Builds it where it is missing; returns its path, or undefined where that cannot be done. */
export async function setupGoTool(tool) {
  const { name, version, module } = tool;
  const target = goToolPath(tool);
  if (existsSync(target)) return target;
  if (spawnSync('go', ['version']).status !== 0) {
    say(`No Go here: the tests that run ${name} will be skipped.`);
    return undefined;
  }
  const directory = join(cacheDirectory(), name, `build-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  const { code } = await run(`${name}: build`, 'go', ['install', `${module}@${version}`], {
    env: { GOBIN: directory, GOFLAGS: '-p=2' },
    mayFail: true,
  });
  if (code === 0) {
    mkdirSync(join(target, '..'), { recursive: true });
    // One step, so that a test beside it never meets half a file.
    renameSync(join(directory, name), target);
  }
  rmSync(directory, { recursive: true, force: true });
  return code === 0 ? target : undefined;
}
