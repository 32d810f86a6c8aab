import { loadAddonAlone } from './native-addon.ts';

/**
 * Holds the file at `path` (created when missing, its folder must exist) for this process until it
 * ends, however it ends: the kernel's flock(2), which a zombie does not hold and which counts in
 * every PID namespace. Returns 0, or the process that holds the file as it named itself, -1 when
 * that is unknown. The file stays: who removed it would let two processes hold two files of one name.
 */
export function lockFile(path: string): number {
  return loadAddonAlone().lock(path);
}
