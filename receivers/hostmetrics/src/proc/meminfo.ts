/** Sizes of /proc/meminfo in bytes, by the kernel's names (`MemTotal`, `SReclaimable`). */
export type MemInfo = ReadonlyMap<string, number>;

const LINE = /^([^:]+):\s+(\d+)( kB)?$/;
const KIB = 1024;

/** Reads /proc/meminfo (proc_meminfo(5)). Lines without a unit are counts and kept as they are. */
export function parseMemInfo(text: string): MemInfo {
  const sizes = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    const name = match?.[1];
    if (name === undefined) continue;
    sizes.set(name, Number(match?.[2]) * (match?.[3] === undefined ? 1 : KIB));
  }
  return sizes;
}

/** Throws when the kernel does not report `name`. */
export function memoryBytes(info: MemInfo, name: string): number {
  const bytes = info.get(name);
  if (bytes === undefined) throw new Error(`no "${name}" line`);
  return bytes;
}
