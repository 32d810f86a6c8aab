import type { Stats } from 'node:fs';
import { fileKey } from './byte-source.ts';
import type { FoundFile } from './file-registry.ts';
import type { PathLooker } from './path-looker.ts';

/** Files that are asked for at a time. */
const CONCURRENT = 32;

/**
 * What is at each path, in their order; what went away or is no file is left out. It is done for every
 * file at every poll.
 */
export function lookAtFiles(
  paths: readonly string[],
  looker: PathLooker,
): Promise<readonly FoundFile[]> {
  const found: (FoundFile | undefined)[] = new Array<undefined>(paths.length);
  let next = 0;
  let open = 0;
  return new Promise((resolve) => {
    const more = (): void => {
      for (; open < CONCURRENT && next < paths.length; next++) ask(next);
      if (open === 0) resolve(found.filter((file) => file !== undefined));
    };
    const ask = (index: number): void => {
      const answer = looker.stat(paths[index] ?? '');
      if (!(answer instanceof Promise)) {
        note(index, answer);
        return;
      }
      open++;
      void answer.then((stats) => {
        open--;
        note(index, stats);
        more();
      });
    };
    const note = (index: number, stats: Stats | undefined): void => {
      if (stats?.isFile() !== true) return;
      const { size, mtimeMs } = stats;
      const path = paths[index] ?? '';
      found[index] = { path, key: fileKey(stats), stats: { size, mtimeMs } };
    };
    more();
  });
}
