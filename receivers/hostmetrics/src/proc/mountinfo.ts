import { splitFields, textAt } from './fields.ts';

export interface Mount {
  readonly device: string;
  readonly mountpoint: string;
  /** Filesystem type: `ext4`, `fuse.sshfs`. */
  readonly type: string;
  readonly mode: 'ro' | 'rw';
}

/**
 * Reads /proc/<pid>/mountinfo (proc_pid_mountinfo(5)). Where several mounts share a mountpoint only
 * the last one, the visible one, is kept.
 */
export function parseMountInfo(text: string): Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const fields = splitFields(line);
    if (fields.length === 0) continue;
    const mount = parseMount(fields);
    // Deleted first, so that the map keeps the order in which the visible mounts came.
    mounts.delete(mount.mountpoint);
    mounts.set(mount.mountpoint, mount);
  }
  return [...mounts.values()];
}

function parseMount(fields: readonly string[]): Mount {
  // A number of optional fields, ended by a hyphen, comes before the filesystem's type.
  const hyphen = fields.indexOf('-', 6);
  if (hyphen === -1) throw new Error(`no "-" in "${fields.join(' ').slice(0, 200)}"`);
  const readOnly = textAt(fields, 5).split(',').includes('ro');
  return {
    device: unescapeOctal(textAt(fields, hyphen + 2)),
    mountpoint: unescapeOctal(textAt(fields, 4)),
    type: textAt(fields, hyphen + 1),
    mode: readOnly ? 'ro' : 'rw',
  };
}

/** Blank, tab, newline and backslash are written as `\040`, `\011`, `\012` and `\134`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Reads /proc/filesystems: the types that stand on a block device. */
export function parseFilesystems(text: string): ReadonlySet<string> {
  const types = new Set<string>();
  for (const line of text.split('\n')) {
    const fields = splitFields(line);
    if (fields.length === 1) types.add(textAt(fields, 0));
    // ZFS pools are storage although the kernel knows no block device for them.
    else if (fields[1] === 'zfs') types.add('zfs');
  }
  return types;
}
