import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const PROGRAMS = z.array(z.object({ id: z.number() }));
const OUTPUT_BYTES_MAX = 64 << 20;

/** Ids of all programs in the kernel. Throws where `bpftool` is not, or may not ask. */
export function programs(): readonly number[] {
  const options = { encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX } as const;
  let text: string;
  try {
    text = execFileSync('bpftool', ['prog', 'show', '-j'], options);
  } catch (cause) {
    const mend = 'as root, with bpftool (apt-get install bpftool)';
    throw new Error(`programs in the kernel cannot be listed; ${mend} they can`, { cause });
  }
  return PROGRAMS.parse(JSON.parse(text)).map(({ id }) => id);
}

/** What the open files of a process say of themselves. */
export function fileInfos(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readFileSync(join(folder, fd), 'utf8')];
    } catch {
      return []; // Closed meanwhile.
    }
  });
}

/** The number that a line of `fileInfos` gives. */
export function numberOf(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Programs that a process has loaded. */
export function programsOf(pid: number): readonly number[] {
  const ids = fileInfos(pid).map((text) => numberOf(text, 'prog_id'));
  return [...new Set(ids.filter((id) => id !== undefined))];
}
