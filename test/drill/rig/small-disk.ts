import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NO_RIGHT = 'no right to mount a small disk here';

/** Why no small disk can be had here; undefined where it can. */
export function smallDiskMissing(): string | undefined {
  try {
    SmallDisk.mount().remove();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : NO_RIGHT;
  }
}

/** A folder on a disk of its own with 96 MiB. */
export class SmallDisk {
  readonly path: string;
  readonly #filler: string;

  /** Throws where mounting is not allowed. */
  static mount(): SmallDisk {
    const path = mkdtempSync(join(tmpdir(), 'sonde-disk-'));
    const args = ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', path];
    if (spawnSync('mount', args).status === 0) return new SmallDisk(path);
    rmSync(path, { recursive: true });
    throw new Error(NO_RIGHT);
  }

  private constructor(path: string) {
    this.path = path;
    this.#filler = join(path, 'filler');
  }

  /** Lays a file of somebody else's there that leaves so much free. */
  fillUpTo(freeBytes: number): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(this.#filler, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
  }

  /** Takes that file away. */
  makeRoom(): void {
    rmSync(this.#filler, { force: true });
  }

  remove(): void {
    spawnSync('umount', ['-l', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}
