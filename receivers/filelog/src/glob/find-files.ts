import type { Dirent } from 'node:fs';
import { DIRECTORY_DEPTH_MAX, FILES_MAX } from '../limits.ts';
import type { PathLooker } from '../path-looker.ts';
import { type GlobPattern, type GlobSegment, matchName, matchPath } from './glob-pattern.ts';

export interface FoundFiles {
  /** Paths of what is no directory, each once, in the order of the patterns. */
  readonly paths: readonly string[];
  /** Directories that could not be read, with the reason. */
  readonly problems: readonly string[];
  /** There are more files than `FILES_MAX`. */
  readonly cut: boolean;
}

/** The files that `include` finds and `exclude` does not. */
export async function findFiles(
  include: readonly GlobPattern[],
  exclude: readonly GlobPattern[],
  looker: PathLooker,
): Promise<FoundFiles> {
  const walk = new Walk(looker);
  for (const pattern of include) {
    await walk.from(pattern.isAbsolute ? '/' : '', pattern.segments, 0);
  }
  const paths = [...walk.paths].filter((path) => !exclude.some((each) => matchPath(each, path)));
  return { paths, problems: walk.problems, cut: walk.paths.size >= FILES_MAX };
}

class Walk {
  readonly paths = new Set<string>();
  readonly problems: string[] = [];
  readonly #looker: PathLooker;

  constructor(looker: PathLooker) {
    this.#looker = looker;
  }

  /** Follows the segments below `directory`, which is empty for the current one. */
  async from(directory: string, segments: readonly GlobSegment[], depth: number): Promise<void> {
    const [segment, ...rest] = segments;
    if (segment === undefined || depth > DIRECTORY_DEPTH_MAX || this.paths.size >= FILES_MAX)
      return;
    if (segment.kind === 'name') {
      await this.#visit(join(directory, segment.name), rest, depth);
      return;
    }
    const isDeep = segment.kind === 'directories';
    if (isDeep) await this.from(directory, rest, depth);
    for (const entry of await this.#entries(directory)) {
      const path = join(directory, entry.name);
      const isLast = rest.length === 0;
      if (isDeep) await this.#deeper(path, entry, { segments, isLast, depth });
      // What most entries are costs no promise.
      else if (isLast && entry.isFile()) this.#addMatching(path, segment, entry.name);
      else if (matchName(segment, entry.name)) await this.#visit(path, rest, depth, entry);
    }
  }

  /** Below `**` every directory is looked into; at the end of a pattern every file is found. */
  async #deeper(
    path: string,
    entry: Dirent,
    at: { segments: readonly GlobSegment[]; isLast: boolean; depth: number },
  ): Promise<void> {
    if (await this.#isDirectory(path, entry)) await this.from(path, at.segments, at.depth + 1);
    else if (at.isLast) this.#add(path);
  }

  async #visit(
    path: string,
    rest: readonly GlobSegment[],
    depth: number,
    entry?: Dirent,
  ): Promise<void> {
    if (rest.length > 0) {
      if (entry === undefined || (await this.#isDirectory(path, entry))) {
        await this.from(path, rest, depth + 1);
      }
      return;
    }
    // A name that is written out may not be there; its file is looked at when it is opened.
    if (!(await this.#isDirectory(path, entry))) this.#add(path);
  }

  /** What went away, or is a link that leads nowhere, is none: opening it will tell. */
  async #isDirectory(path: string, entry: Dirent | undefined): Promise<boolean> {
    if (entry !== undefined && !entry.isSymbolicLink()) return entry.isDirectory();
    return (await this.#looker.stat(path))?.isDirectory() ?? false;
  }

  #addMatching(path: string, segment: GlobSegment, name: string): void {
    if (matchName(segment, name)) this.#add(path);
  }

  #add(path: string): void {
    if (this.paths.size < FILES_MAX) this.paths.add(path);
  }

  async #entries(directory: string): Promise<readonly Dirent[]> {
    try {
      return await this.#looker.list(directory === '' ? '.' : directory);
    } catch (error) {
      const { code }: NodeJS.ErrnoException = error instanceof Error ? error : new Error();
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.problems.push(`${directory}: ${code}`);
      return [];
    }
  }
}

function join(directory: string, name: string): string {
  if (directory === '') return name;
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}
