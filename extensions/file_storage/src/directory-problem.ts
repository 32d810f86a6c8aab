import { statSync } from 'node:fs';
import type { FileStorageConfig } from './config.ts';

/** Why the directory cannot be used, in the Collector's words; undefined where it can. Only looks. */
export function directoryProblem({
  directory,
  createDirectory,
}: FileStorageConfig): string | undefined {
  try {
    return statSync(directory).isDirectory() ? undefined : `${directory} is not a directory`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT') {
      const reason = code === 'EACCES' ? 'permission denied' : 'not a directory';
      return `problem accessing configured directory: ${directory}, err: stat ${directory}: ${reason}`;
    }
    if (createDirectory) return undefined;
    return (
      `directory must exist: stat ${directory}: no such file or directory. ` +
      'You can enable the create_directory option to automatically create it'
    );
  }
}
