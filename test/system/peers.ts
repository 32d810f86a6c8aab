import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../scripts/lib/cache.mjs';
import { collectorPath as builtCollector } from '../../scripts/lib/collector.mjs';
import { pythonPath as madePython } from '../../scripts/lib/python.mjs';
import { contentHash } from '../../scripts/lib/stamp.mjs';
import { ROOT } from '../tidy/repository.ts';

const run = promisify(execFile);

const BUILD_TIMEOUT_MS = 300_000;

/** The Python with the clients of `test/peers/python`; undefined where it was not made. */
export function pythonPath(): string | undefined {
  const path = madePython(ROOT);
  return existsSync(path) ? path : undefined;
}

/** The reference Collector; undefined where it was not built. */
export function collectorPath(): string | undefined {
  const path = builtCollector(ROOT);
  return existsSync(path) ? path : undefined;
}

/** The Collector with every component, where someone built it; else the small one, if that is there. */
export function fullestCollectorPath(): string | undefined {
  const full = builtCollector(ROOT, 'full');
  return existsSync(full) ? full : collectorPath();
}

/** The Go SDK's sender, built once a machine; undefined where there is no Go. */
export async function goSenderPath(): Promise<string | undefined> {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const source = join(ROOT, 'test/peers/go');
  const hash = contentHash(ROOT, ['test/peers/go']).slice(0, 16);
  const target = join(cacheDirectory(), 'go-sender', hash, 'sender');
  if (existsSync(target)) return target;
  mkdirSync(join(target, '..'), { recursive: true });
  await run('go', ['build', '-o', target, '.'], { cwd: source, timeout: BUILD_TIMEOUT_MS });
  return target;
}

/**
 * The class path of the Java SDK's sender, fetched and compiled once a machine; undefined where there
 * is no Java compiler or no Maven.
 */
export async function javaSenderClassPath(): Promise<string | undefined> {
  if (spawnSync('javac', ['-version']).status !== 0) return undefined;
  if (spawnSync('mvn', ['-version']).status !== 0) return undefined;
  const source = join(ROOT, 'test/peers/java');
  const hash = contentHash(ROOT, ['test/peers/java']).slice(0, 16);
  const target = join(cacheDirectory(), 'java-sender', hash);
  const classPath = `${join(target, 'classes')}:${join(target, 'jars', '*')}`;
  if (existsSync(join(target, 'classes', 'Sender.class'))) return classPath;
  mkdirSync(target, { recursive: true });
  const jars = ['dependency:copy-dependencies', `-DoutputDirectory=${join(target, 'jars')}`];
  const pom = ['-f', join(source, 'pom.xml')];
  await run('mvn', ['-q', '-B', ...pom, ...jars], { timeout: BUILD_TIMEOUT_MS });
  const compiled = ['-d', join(target, 'classes'), join(source, 'Sender.java')];
  await run('javac', ['-cp', classPath, ...compiled], { timeout: BUILD_TIMEOUT_MS });
  return classPath;
}

/** Runs a peer to its end with an OTLP endpoint in its environment; returns what it printed. */
export async function runPeer(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await run(command, [...args], {
    env: { ...process.env, ...environment },
    timeout: 60_000,
  });
  return stdout;
}
