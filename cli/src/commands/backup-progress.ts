import type { BackupProgress } from '@sonde/store';

/** A line whenever there is more to tell, on standard error. */
export function sayProgress(verb: string): (progress: BackupProgress) => void {
  let last = '';
  return ({ files, bytes }) => {
    const line = `${verb} ${files} files, ${(bytes / 1e6).toFixed(1)} MB\n`;
    if (line !== last) process.stderr.write(line);
    last = line;
  };
}
