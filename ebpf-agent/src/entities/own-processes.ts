import { basename } from 'node:path';

/** The `sonde` command as it is started: its bundle, its launcher, its sources. */
const OWN_SCRIPT = /(^|\/)(sonde\.m?js|cli\/src\/main\.ts)$/;

/** Arguments of Node itself that may stand before the script. */
const ARGUMENTS_BEFORE_MAX = 16;

/** Whether a command line runs Sonde: such a process, and what it starts, is never observed. */
export function isSonde(command: readonly string[]): boolean {
  const [program = '', ...args] = command;
  if (basename(program) === 'sonde') return true;
  return args.slice(0, ARGUMENTS_BEFORE_MAX).some((arg) => OWN_SCRIPT.test(arg));
}
