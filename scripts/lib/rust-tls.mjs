// A server and a client by rustls that tests of the agent run, built once a machine.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './cache.mjs';
import { run, say } from './steps.mjs';

const SOURCES = fileURLToPath(new URL('../../ebpf-agent/test/programs/rust-tls/', import.meta.url));

/** Its path, whether or not it exists yet. */
export function rustTlsPath() {
  const hash = createHash('sha256');
  for (const file of ['Cargo.toml', 'src/main.rs']) hash.update(readFileSync(join(SOURCES, file)));
  return join(cacheDirectory(), 'rust-tls', hash.digest('hex').slice(0, 16), 'rust-tls');
}

/** Builds it where it is missing; returns its path, or undefined where that cannot be done. */
export async function setupRustTls() {
  const target = rustTlsPath();
  if (existsSync(target)) return target;
  if (spawnSync('cargo', ['--version']).status !== 0) {
    say('No Rust here: the tests of the agent that run a program with rustls will be skipped.');
    return undefined;
  }
  const directory = join(cacheDirectory(), 'rust-tls', `build-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  // Cargo writes its lock file beside the sources.
  cpSync(SOURCES, directory, { recursive: true });
  const { code } = await run('rust-tls: build', 'cargo', ['build', '--release', '--quiet'], {
    cwd: directory,
    mayFail: true,
  });
  if (code === 0) {
    mkdirSync(join(target, '..'), { recursive: true });
    // One step, so that a test beside it never meets half a file.
    renameSync(join(directory, 'target/release/rust-tls'), target);
  }
  rmSync(directory, { recursive: true, force: true });
  return code === 0 ? target : undefined;
}
