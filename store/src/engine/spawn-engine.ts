import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { EngineOptions } from './config.ts';

const require = createRequire(import.meta.url);

export interface SpawnedEngine {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly version: string;
  /** SIGTERM; resolves with the exit code (null when a signal ended it). */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

const MessageSchema = z.union([
  z.object({ port: z.number(), url: z.string(), version: z.string() }),
  z.object({ failed: z.string() }),
]);

/** Resolves with the first message; rejects when the process ends before it. */
function firstMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`the engine process ended at its start (${signal ?? `exit code ${code}`})`));
    });
  });
}

/**
 * Runs an engine in a child process of its own, from TypeScript sources (for tests and tools; the
 * `sonde store` command calls `runEngine` in its own process). The child ends with its parent.
 */
export async function spawnEngine(options: EngineOptions): Promise<SpawnedEngine> {
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = fork(entry, [JSON.stringify({ port: 0, ...options })], {
    execArgv: ['--import', pathToFileURL(require.resolve('tsx')).href],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const message = MessageSchema.parse(await firstMessage(child));
  if ('failed' in message) {
    await exited;
    throw new Error(message.failed);
  }
  return {
    ...message,
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
