import { stat } from 'node:fs';
import { fileKey } from './byte-source.ts';
import type { FoundFile } from './file-registry.ts';

/** Files that are asked for at a time. */
const CONCURRENT = 32;

/**
 * What is at each path, in their order; what went away or is no file is left out. With callbacks: it
 * is done for every file at every poll, and a promise a file costs more than the question.
 */
export function lookAtFiles(paths: readonly string[]): Promise<readonly FoundFile[]> {
  const found: (FoundFile | undefined)[] = new Array<undefined>(paths.length);
  let next = 0;
  let open = 0;
  return new Promise((resolve) => {
    const more = (): void => {
      if (next >= paths.length && open === 0) {
        resolve(found.filter((file) => file !== undefined));
        return;
      }
      for (; open < CONCURRENT && next < paths.length; next++) ask(next);
    };
    const ask = (index: number): void => {
      const path = paths[index] ?? '';
      open++;
      stat(path, (error, stats) => {
        open--;
        if (error === null && stats.isFile()) {
          const { size, mtimeMs } = stats;
          found[index] = { path, key: fileKey(stats), stats: { size, mtimeMs } };
        }
        more();
      });
    };
    more();
  });
}
