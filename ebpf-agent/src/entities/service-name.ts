import { basename, dirname, isAbsolute, join } from 'node:path';
import { NAMING_FOLDERS_MAX } from '../limits.ts';
import { INTERPRETERS } from './interpreters.ts';

/** What a process was started with. */
export interface Command {
  /** Path of the executable; empty when unknown. */
  readonly file: string;
  /** With the name it was called by. */
  readonly command: readonly string[];
  /** Where relative paths begin; empty when unknown. */
  readonly directory: string;
  /** The kernel's short name. */
  readonly name: string;
}

/** The beginning of a file as the process sees it; empty when it cannot be read. */
export type ReadNamingFile = (path: string) => string;

/** One file with many names: it is called by the one that says what it does. */
const MANY_NAMED =
  /^(busybox|toybox|coreutils|redis-check-(rdb|aof)|redis-sentinel|python3?-config)$/;

/** Titles that servers give themselves, with the application in them. */
const TITLES: readonly RegExp[] = [
  /^(?:puma|puma: cluster worker) .*\[([^\]]+)\]$/,
  /^gunicorn: \w+ \[([\w.-]+)[\]:]/,
  /^sidekiq \S+ (\S+) \[/,
];

/** Names of files that many programs have: what lies around tells them apart. */
const ANY_NAME =
  /^(index|main|server|app|start|run|cli|bin|wsgi|asgi|manage|__main__|bootstrap|entrypoint|www|console|artisan|init|worker)$/i;
const ANY_FOLDER =
  /^(src|dist|lib|bin|build|out|app|server|target|cmd|libexec|usr|opt|home|srv|root|current|release|public|)$/;

/**
 * A name for people: the application, script, jar or module that an interpreter runs, else the
 * executable. Where a file is called like many others (`index.js`), its package's or folder's name.
 */
export function serviceNameOf(process: Command, read: ReadNamingFile = () => ''): string {
  const { command, directory } = process;
  const title = titled(command[0] ?? '');
  if (title !== undefined) return title;
  const executable = executableName(process);
  const interpreter = INTERPRETERS.find((candidate) => candidate.name.test(executable));
  const program = interpreter?.named(command.slice(1), directory);
  if (program === undefined || !isNamed(program)) {
    return executable.replace(/^(php-fpm)[\d.]+$/, '$1') || 'unknown';
  }
  return programName(program, directory, read) || executable;
}

/** The file's name; of a file with many names the one that it was called by. */
export function executableName({ file, command, name }: Command): string {
  const called = basename((command[0] ?? '').split(' ')[0] ?? '');
  const own = isNamed(file) ? basename(file) : '';
  return (own !== '' && !MANY_NAMED.test(own) ? own : called || own) || name;
}

function titled(title: string): string | undefined {
  for (const pattern of TITLES) {
    const name = pattern.exec(title)?.[1];
    if (name !== undefined) return name.split('.').find((part) => !ANY_NAME.test(part)) ?? name;
  }
  return undefined;
}

/** An open file or memory that is run has a path, and in each process another. */
function isNamed(path: string): boolean {
  return path !== '' && !/^\/(dev\/fd|proc\/[^/]+\/fd)\/|^\/memfd:/.test(path);
}

function programName(program: string, directory: string, read: ReadNamingFile): string {
  const path = isAbsolute(program) || directory === '' ? program : join(directory, program);
  const base = basename(path).replace(/\.(c|m)?(js|ts|py|rb|pl|php|lua|jar|war|dll|sh|R)$/, '');
  if (!ANY_NAME.test(base)) return base;
  const packaged = packageName(path, read);
  if (packaged !== undefined) return packaged;
  for (let folder = dirname(path); folder !== '/' && folder !== '.'; folder = dirname(folder)) {
    if (!ANY_FOLDER.test(basename(folder))) return basename(folder);
  }
  return base;
}

/** The name in the nearest package.json, without its scope. */
function packageName(script: string, read: ReadNamingFile): string | undefined {
  if (!/\.(c|m)?(js|ts)$/.test(script) && basename(script).includes('.')) return undefined;
  let folder = dirname(script);
  for (let i = 0; i < NAMING_FOLDERS_MAX && isAbsolute(folder); i++, folder = dirname(folder)) {
    const text = read(join(folder, 'package.json'));
    if (text === '') continue;
    const name = /"name"\s*:\s*"([^"\\]{1,214})"/.exec(text)?.[1];
    return name?.split('/').at(-1);
  }
  return undefined;
}
