import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Why nobody can be killed at a rename here; undefined where it can. */
export function straceMissing(): string | undefined {
  return spawnSync('strace', ['-V']).status === 0 ? undefined : 'no strace here';
}

/** Kills a process at the n-th rename that it asks the kernel for, which the kernel then does not do. */
export class RenameKiller {
  readonly #strace: ChildProcess;

  /** Resolves when every thread of the process is watched. */
  static async attach(pid: number, nth: number): Promise<RenameKiller> {
    const calls = 'rename,renameat,renameat2';
    const inject = `inject=${calls}:error=EIO:signal=SIGKILL:when=${nth}`;
    const args = ['-f', '-p', String(pid), '-o', '/dev/null', '-e', `trace=${calls}`, '-e', inject];
    const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (strace.stderr === null) throw new Error('strace says nothing');
    const [first] = await once(strace.stderr, 'data');
    if (!String(first).includes('attached')) throw new Error(`strace: ${first}`);
    return new RenameKiller(strace);
  }

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
  }

  /** Lets go of a process that is still there. */
  async detach(): Promise<void> {
    if (this.#strace.exitCode !== null || this.#strace.signalCode !== null) return;
    const gone = once(this.#strace, 'exit');
    this.#strace.kill('SIGINT');
    await gone;
  }
}
