import { setTimeout as delay } from 'node:timers/promises';
import type { FilesystemSpace, HostFiles } from '../host-files.ts';
import { STATFS_PENDING_MAX, STATFS_TIMEOUT_MS } from '../limits.ts';

export type SpaceAnswer = { readonly space: FilesystemSpace } | { readonly warning: string };

/**
 * Asks filesystems for their space although some never answer: a call to a dead file server cannot
 * be taken back and holds a thread until the server returns. One that is still waiting is not asked
 * again, and at `STATFS_PENDING_MAX` nobody is.
 */
export class SpaceReader {
  readonly #pending: Set<string> = new Set();
  readonly #timeoutMs: number;

  constructor(timeoutMs: number = STATFS_TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
  }

  async read(files: Pick<HostFiles, 'space'>, mountpoint: string): Promise<SpaceAnswer> {
    if (this.#pending.has(mountpoint)) return { warning: `${mountpoint} still does not answer` };
    if (this.#pending.size >= STATFS_PENDING_MAX) {
      return { warning: `${mountpoint} is not asked: too many filesystems do not answer` };
    }
    const timer = new AbortController();
    const answer = this.#ask(files, mountpoint);
    const timeout = this.#timeout(mountpoint, timer.signal);
    const first = await Promise.race([answer, timeout]);
    timer.abort();
    return first;
  }

  async #ask(files: Pick<HostFiles, 'space'>, mountpoint: string): Promise<SpaceAnswer> {
    this.#pending.add(mountpoint);
    try {
      return { space: await files.space(mountpoint) };
    } catch (error) {
      return { warning: `${mountpoint}: ${error instanceof Error ? error.message : error}` };
    } finally {
      this.#pending.delete(mountpoint);
    }
  }

  async #timeout(mountpoint: string, signal: AbortSignal): Promise<SpaceAnswer> {
    try {
      await delay(this.#timeoutMs, undefined, { signal });
    } catch {
      // Aborted because the filesystem answered: the race is over and nobody reads this.
    }
    return { warning: `${mountpoint} does not answer within ${this.#timeoutMs} ms` };
  }
}
