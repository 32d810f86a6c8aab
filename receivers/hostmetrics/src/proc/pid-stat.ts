/** Process states by their letter in /proc/<pid>/stat, named as upstream names them. */
const STATUS_BY_LETTER: ReadonlyMap<string, ProcessStatus> = new Map<string, ProcessStatus>([
  ['R', 'running'],
  ['S', 'sleeping'],
  ['D', 'blocked'],
  ['T', 'stopped'],
  ['t', 'stopped'],
  ['Z', 'zombies'],
  ['I', 'idle'],
  ['W', 'paging'],
  ['L', 'locked'],
]);

export type ProcessStatus =
  | 'blocked'
  | 'idle'
  | 'locked'
  | 'paging'
  | 'running'
  | 'sleeping'
  | 'stopped'
  | 'unknown'
  | 'zombies';

/**
 * The state in /proc/<pid>/stat (proc_pid_stat(5)). The command stands in parentheses before it and
 * may hold blanks and parentheses itself, so the last one counts.
 */
export function parseProcessStatus(text: string): ProcessStatus {
  const letter = text.charAt(text.lastIndexOf(')') + 2);
  return STATUS_BY_LETTER.get(letter) ?? 'unknown';
}
