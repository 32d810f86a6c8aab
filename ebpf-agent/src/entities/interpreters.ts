import { basename } from 'node:path';

/** A program that runs others' code, and how that is named on its command line. */
export interface Interpreter {
  readonly name: RegExp;
  /** Path of a file, or a name; undefined: nothing is named. */
  readonly named: (args: readonly string[], directory: string) => string | undefined;
}

const NODE_VALUE_FLAGS = ['-r', '--require', '--import', '--loader', '-C', '--conditions'];
const SCRIPT_VALUE_FLAGS = ['-I', '-r', '-d'];
/** Flags whose value is code, or that say that none is read from a file. */
const CODE_FLAGS = ['-e', '--eval', '-p', '--print', '-c', '-', '-lc', '-ec'];
const DOTNET_COMMANDS = ['exec', 'run', 'watch'];

export const INTERPRETERS: readonly Interpreter[] = [
  { name: /^(node|nodejs|bun|deno|tsx)$/, named: (args) => script(args, NODE_VALUE_FLAGS) },
  { name: /^(python|pypy)[\d.]*$/, named: pythonProgram },
  { name: /^java$/, named: javaProgram },
  { name: /^ruby[\d.]*$/, named: rubyProgram },
  { name: /^(perl|php|lua|Rscript)[\d.]*$/, named: (args) => script(args, SCRIPT_VALUE_FLAGS) },
  { name: /^dotnet$/, named: (args) => script(withoutFirst(args, DOTNET_COMMANDS), []) },
  { name: /^beam(\.smp)?$/, named: erlangProgram },
  { name: /^(ba|da|z|k|a)?sh$/, named: (args) => script(args, []) },
];

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

function withoutFirst(args: readonly string[], words: readonly string[]): readonly string[] {
  return words.includes(args[0] ?? '') ? args.slice(1) : args;
}

const PYTHON_VALUE_FLAGS = ['-W', '-X', '--check-hash-based-pycs'];
/** Servers that run an application named as an argument: `gunicorn shop.wsgi:app`. */
const PYTHON_SERVERS = /^(gunicorn|uvicorn|hypercorn|daphne|flask|celery|waitress-serve|granian)$/;
/** Words of these servers' applications that say nothing. */
const ANY_APPLICATION = /^(index|main|server|app|application|wsgi|asgi|src|run|api)$/i;

function pythonProgram(args: readonly string[], directory: string): string | undefined {
  const module = args.indexOf('-m');
  const first = script(args, PYTHON_VALUE_FLAGS);
  const isModule = module >= 0 && (first === undefined || args.indexOf(first) > module);
  const program = isModule ? args[module + 1] : first;
  if (program === undefined || !PYTHON_SERVERS.test(basename(program))) return program;
  return applicationName(args, directory) ?? program;
}

/** `shop` of `shop.wsgi:app`, of `--app shop`, of `-A shop`; of `app:app` the folder. */
function applicationName(args: readonly string[], directory: string): string | undefined {
  const flag = args.findIndex((arg) => /^(-A|--app)$/.test(arg));
  const application =
    flag >= 0 ? args[flag + 1] : args.find((arg) => /^[\w.]+:[\w.]+(\(\))?$/.test(arg));
  if (application === undefined) return undefined;
  const telling = application.split(/[.:()]/).find((part) => !ANY_APPLICATION.test(part));
  return telling || basename(directory) || undefined;
}

const JAVA_VALUE_FLAGS = [
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--add-opens',
  '--add-exports',
  '--add-modules',
];
/** Settings that name an application, the most telling first. */
const JAVA_NAMES = ['spring.application.name', 'quarkus.application.name', 'app.name'];

function javaProgram(args: readonly string[]): string | undefined {
  const named = JAVA_NAMES.map((key) => setting(args, key)).find((value) => value !== undefined);
  if (named !== undefined) return named;
  const jar = args.indexOf('-jar');
  if (jar >= 0) return withoutVersion(args[jar + 1]);
  const module = args.findIndex((arg) => arg === '-m' || arg === '--module');
  const main = module >= 0 ? args[module + 1]?.split('/').at(-1) : script(args, JAVA_VALUE_FLAGS);
  if (main === undefined || main.includes('/')) return main;
  // Containers of others' applications: the folder of their own, and which server it is.
  if (main.startsWith('org.apache.catalina.')) return folderName(setting(args, 'catalina.base'));
  // The class without its package.
  return main.split('.').at(-1);
}

/** The value of `-Dkey=value` or `--key=value`. */
function setting(args: readonly string[], key: string): string | undefined {
  const prefixes = [`-D${key}=`, `--${key}=`];
  const found = args.find((arg) => prefixes.some((prefix) => arg.startsWith(prefix)));
  return found?.slice(found.indexOf('=') + 1) || undefined;
}

function folderName(path: string | undefined): string {
  return basename(path ?? '') || 'tomcat';
}

/** `orders-1.4.2.jar` is `orders`. */
function withoutVersion(jar: string | undefined): string | undefined {
  return jar?.replace(/[-_]\d+(\.\d+)+([-.][\w.]+)?(\.jar)$/, '$3');
}

/** Servers that run the application in their folder. */
const RUBY_SERVERS =
  /^(puma|pumactl|unicorn|unicorn_rails|rails|rackup|thin|sidekiq|passenger|rake)$/;

function rubyProgram(args: readonly string[], directory: string): string | undefined {
  const program = script(args, SCRIPT_VALUE_FLAGS);
  if (program === undefined || !RUBY_SERVERS.test(basename(program))) return program;
  return basename(directory) || program;
}

/** The node's name without its host: `rabbit` of `-sname rabbit@host`; else the release's. */
function erlangProgram(args: readonly string[]): string | undefined {
  const after = (flag: string): string | undefined => {
    const at = args.indexOf(flag);
    return at < 0 ? undefined : args[at + 1];
  };
  const node = after('-sname') ?? after('-name');
  if (node !== undefined) return node.split('@')[0];
  const release = /\/([^/]+)\/releases\//.exec(after('-boot') ?? '')?.[1];
  return release ?? after('-s');
}
