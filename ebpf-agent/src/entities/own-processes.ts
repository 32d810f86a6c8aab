import { basename } from 'node:path';

/** The `sonde` command as it is started: its bundle, its launcher, its sources. */
const OWN_SCRIPT = /(^|\/)(sonde\.m?js|cli\/src\/main\.ts)$/;

const ROLE = /^[a-z]+$/;

/** Arguments of Node itself that may stand before the script. */
const ARGUMENTS_BEFORE_MAX = 16;

/**
 * Tools that people and scripts put together: however long one waits in a pipeline, it is no service,
 * unless it serves somebody.
 */
const TOOLS =
  /^(awk|gawk|mawk|base64|cat|column|comm|cut|dd|diff|env|expr|find|fold|git|grep|egrep|rg|gzip|zcat|zstd|xz|head|hexdump|inotifywait|ionice|jq|less|ls|man|more|nice|nohup|npm|npm exec.*|npx|od|paste|ps|pv|rev|rsync|script|sed|seq|setsid|sleep|sort|split|stdbuf|strace|tac|tail|tar|tee|time|timeout|top|htop|tr|uniq|unzip|watch|wc|which|xargs|yes)$/;

/** Whether a program of that name alone is never a service. */
export function isTool(executable: string): boolean {
  return TOOLS.test(executable);
}

/**
 * Whether a command line runs Sonde: of such a process, and of what it starts, nothing is observed but
 * where it listens.
 */
export function isSonde(command: readonly string[]): boolean {
  return ownArguments(command) !== undefined;
}

/** The service that a command line of Sonde is, as it calls itself: `sonde-gateway`. */
export function ownServiceName(command: readonly string[]): string | undefined {
  const args = ownArguments(command);
  if (args === undefined) return undefined;
  const [role] = args;
  return role !== undefined && ROLE.test(role) ? `sonde-${role}` : 'sonde';
}

function ownArguments(command: readonly string[]): readonly string[] | undefined {
  const [program = '', ...args] = command;
  if (basename(program) === 'sonde') return args;
  const script = args.slice(0, ARGUMENTS_BEFORE_MAX).findIndex((arg) => OWN_SCRIPT.test(arg));
  return script < 0 ? undefined : args.slice(script + 1);
}
