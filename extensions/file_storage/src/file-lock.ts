import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const RETRY_MS = 25;

/**
 * One holder a file among the processes of a machine (of a network namespace): a socket in Linux's
 * abstract namespace that is named after the file. The kernel takes it away when the process ends,
 * however it ends, so no lock is ever left behind.
 */
export class FileLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects when somebody else holds it for longer than `timeoutMs`. The folder must exist. */
  static async acquire(path: string, timeoutMs: number): Promise<FileLock> {
    const full = join(await realpath(dirname(path)), basename(path));
    const name = `\0sonde-file-${createHash('sha256').update(full).digest('hex')}`;
    const giveUpAt = performance.now() + timeoutMs;
    for (;;) {
      const server = await tryListen(name);
      if (server !== undefined) return new FileLock(server);
      if (performance.now() >= giveUpAt) {
        throw new Error(`timeout: ${path} is in use by this or another process`);
      }
      await pause(RETRY_MS);
    }
  }

  async release(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function tryListen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path: name }, () => {
      server.unref();
      resolve(server);
    });
  });
}
