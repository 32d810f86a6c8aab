import { TICKS_PER_SECOND } from './stat.ts';

export interface PidStat {
  /** The command's name, cut at 15 bytes by the kernel. */
  readonly name: string;
  readonly parentPid: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Seconds. */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly waitSeconds: number;
  readonly threads: number;
  /** Seconds after boot. */
  readonly startSeconds: number;
  readonly virtualBytes: number;
  readonly residentPages: number;
}

/** proc_pid_stat(5); the fields behind the name are counted from its closing parenthesis. */
export function parsePidStat(text: string): PidStat | undefined {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  if (open < 0 || close < open) return undefined;
  // The first one is field 3, the state.
  const fields = text.slice(close + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return {
    name: text.slice(open + 1, close),
    parentPid: field(4),
    minorFaults: field(10),
    majorFaults: field(12),
    userSeconds: field(14) / TICKS_PER_SECOND,
    systemSeconds: field(15) / TICKS_PER_SECOND,
    waitSeconds: field(42) / TICKS_PER_SECOND,
    threads: field(20),
    startSeconds: field(22) / TICKS_PER_SECOND,
    virtualBytes: field(23),
    residentPages: field(24),
  };
}

/** Lines of `key: value`, as in /proc/<pid>/status and /proc/<pid>/io. */
export function parseKeyValues(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return fields;
}

/** /proc/<pid>/cmdline: arguments that end with a zero byte. */
export function parseCommandLine(text: string): readonly string[] {
  return text.split('\0').filter((part, index, all) => part !== '' || index < all.length - 1);
}

/** Names by user id, from /etc/passwd. */
export function parsePasswd(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name !== undefined && uid !== undefined && name !== '') names.set(uid, name);
  }
  return names;
}
