import { basename, dirname, join } from 'node:path';

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

/** Programs that run others' code, and how that is named on their command line. */
const INTERPRETERS: readonly {
  readonly name: RegExp;
  readonly named: (args: readonly string[]) => string | undefined;
}[] = [
  { name: /^(node|nodejs|bun|deno|tsx)$/, named: (args) => script(args, NODE_VALUE_FLAGS) },
  { name: /^(python|pypy)[\d.]*$/, named: pythonProgram },
  { name: /^java$/, named: javaProgram },
  {
    name: /^(ruby|perl|php|lua|Rscript)[\d.]*$/,
    named: (args) => script(args, SCRIPT_VALUE_FLAGS),
  },
  { name: /^dotnet$/, named: (args) => script(args, []) },
  { name: /^(ba|da|z|k|a)?sh$/, named: (args) => script(args, []) },
];

const NODE_VALUE_FLAGS = ['-r', '--require', '--import', '--loader', '-C', '--conditions'];
const SCRIPT_VALUE_FLAGS = ['-I', '-r', '-d'];
/** Flags whose value is code, or that say that none is read from a file. */
const CODE_FLAGS = ['-e', '--eval', '-p', '--print', '-c', '-'];
const JAVA_VALUE_FLAGS = [
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--add-opens',
];

/** Names of files that many programs have: the folder tells them apart. */
const ANY_NAME =
  /^(index|main|server|app|start|run|cli|bin|wsgi|asgi|manage|__main__|bootstrap|entrypoint)$/i;
const ANY_FOLDER = /^(src|dist|lib|bin|build|out|app|server|target|cmd|libexec|usr|opt|home|srv|)$/;

/**
 * A name for people: the script, jar or module that an interpreter runs, else the executable. Where a
 * file is called like many others (`index.js`), its folder's name.
 */
export function serviceNameOf({ file, command, directory, name }: Command): string {
  const executable = (isNamed(file) && basename(file)) || basename(command[0] ?? '') || name;
  const interpreter = INTERPRETERS.find((candidate) => candidate.name.test(executable));
  const program = interpreter?.named(command.slice(1));
  if (program === undefined || !isNamed(program)) return executable || 'unknown';
  return programName(program, directory) || executable;
}

/** An open file or memory that is run has a path, and in each process another. */
function isNamed(path: string): boolean {
  return path !== '' && !/^\/(dev\/fd|proc\/[^/]+\/fd)\/|^\/memfd:/.test(path);
}

function programName(program: string, directory: string): string {
  const path = program.startsWith('/') || directory === '' ? program : join(directory, program);
  const base = basename(path).replace(/\.(c|m)?(js|ts|py|rb|pl|php|lua|jar|war|dll|sh|R)$/, '');
  if (!ANY_NAME.test(base)) return base;
  for (let folder = dirname(path); folder !== '/' && folder !== '.'; folder = dirname(folder)) {
    if (!ANY_FOLDER.test(basename(folder))) return basename(folder);
  }
  return base;
}

/** The first argument that is no flag. */
function script(args: readonly string[], valueFlags: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (CODE_FLAGS.includes(arg)) return undefined;
    if (valueFlags.includes(arg)) i++;
    else if (!arg.startsWith('-')) return arg;
  }
  return undefined;
}

const PYTHON_VALUE_FLAGS = ['-W', '-X', '--check-hash-based-pycs'];
/** Servers that run an application named as an argument: `gunicorn shop.wsgi:app`. */
const PYTHON_SERVERS = /^(gunicorn|uvicorn|hypercorn|daphne|flask|celery|waitress-serve)$/;

function pythonProgram(args: readonly string[]): string | undefined {
  const module = args.indexOf('-m');
  const first = script(args, PYTHON_VALUE_FLAGS);
  const isModule = module >= 0 && (first === undefined || args.indexOf(first) > module);
  const program = isModule ? args[module + 1] : first;
  if (program === undefined || !PYTHON_SERVERS.test(basename(program))) return program;
  const application = args.find((arg) => /^[\w.]+:\w+$/.test(arg));
  return application?.split(/[.:]/).find((part) => !ANY_NAME.test(part)) ?? program;
}

function javaProgram(args: readonly string[]): string | undefined {
  const jar = args.indexOf('-jar');
  if (jar >= 0) return withoutVersion(args[jar + 1]);
  const module = args.findIndex((arg) => arg === '-m' || arg === '--module');
  const main = module >= 0 ? args[module + 1]?.split('/').at(-1) : script(args, JAVA_VALUE_FLAGS);
  // The class without its package.
  return main?.includes('/') ? main : main?.split('.').at(-1);
}

/** `orders-1.4.2.jar` is `orders`. */
function withoutVersion(jar: string | undefined): string | undefined {
  return jar?.replace(/[-_]\d+(\.\d+)+([-.][\w.]+)?(\.jar)$/, '$3');
}
