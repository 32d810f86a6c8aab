// Makes what each language's services run from. Each answers `{ ready: ... }` or `{ missing: why }`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash, isFresh, writeStamp } from '../../scripts/lib/stamp.mjs';
import { run } from '../../scripts/lib/steps.mjs';
import { toolFolder } from './folders.mjs';

const STAMP = '.stamp';
const NODE = 'demo/services/node';
const PYTHON = 'demo/services/python/requirements.txt';
const GO = 'demo/services/go';
const JAVA = 'demo/services/java';

function has(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Runs steps in order; the reason why not when one fails. */
async function runAll(folder, hash, steps) {
  for (const [title, command, args, options] of steps) {
    const { code } = await run(`Shop: ${title}`, command, args, { ...options, mayFail: true });
    if (code !== 0) return { missing: `${title} failed, see above` };
  }
  writeStamp(join(folder, STAMP), hash);
  return { ready: folder };
}

/** Whether the parts in Node and Python are set up, without setting them up. */
export function hasNodeAndPython(root) {
  return [
    ['node', [`${NODE}/package-lock.json`]],
    ['python', [PYTHON]],
  ].every(([name, sources]) =>
    isFresh(join(toolFolder(root, name, sources), STAMP), contentHash(root, sources)),
  );
}

/** The packages of the services in Node, with a copy of their sources beside them. */
export async function setupNode(root) {
  const sources = [`${NODE}/package-lock.json`];
  const folder = toolFolder(root, 'node', sources);
  const hash = contentHash(root, sources);
  mkdirSync(folder, { recursive: true });
  // Required modules are looked for above the file: the sources lie where the packages are.
  for (const name of readdirSync(join(root, NODE))) {
    if (/\.(cjs|json)$/.test(name)) cpSync(join(root, NODE, name), join(folder, name));
  }
  if (isFresh(join(folder, STAMP), hash)) return { ready: folder };
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--omit=dev'];
  return runAll(folder, hash, [['packages for Node', 'npm', args, { cwd: folder }]]);
}

/** A Python environment with Flask, psycopg and OpenTelemetry's distribution. */
export async function setupPython(root) {
  const folder = toolFolder(root, 'python', [PYTHON]);
  const hash = contentHash(root, [PYTHON]);
  if (isFresh(join(folder, STAMP), hash)) return { ready: folder };
  if (!has('python3', '-m', 'ensurepip', '--version')) {
    return { missing: 'no python3 with venv here (apt-get install python3-venv)' };
  }
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r'];
  return runAll(folder, hash, [
    ['environment for Python', 'python3', ['-m', 'venv', folder]],
    ['packages for Python', join(folder, 'bin/python'), [...pip, join(root, PYTHON)]],
  ]);
}

/** The service in Go, compiled. */
export async function setupGo(root) {
  const folder = toolFolder(root, 'go', [GO]);
  const hash = contentHash(root, [GO]);
  if (isFresh(join(folder, STAMP), hash)) return { ready: folder };
  if (!has('go', 'version')) return { missing: 'no Go here' };
  mkdirSync(folder, { recursive: true });
  const build = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, 'payment'), '.'];
  const options = { cwd: join(root, GO), env: { GOFLAGS: '-p=2', CGO_ENABLED: '0' } };
  return runAll(folder, hash, [['service in Go', 'go', build, options]]);
}

/** The service in Java: jars from Maven Central (OpenTelemetry's agent among them) and its classes. */
export async function setupJava(root) {
  const folder = toolFolder(root, 'java', [JAVA]);
  const hash = contentHash(root, [JAVA]);
  if (isFresh(join(folder, STAMP), hash)) return { ready: folder };
  for (const tool of ['java', 'javac', 'mvn']) {
    if (!has(tool, '-version')) return { missing: `no ${tool} here` };
  }
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'classes'), { recursive: true, force: true });
  copyFileSync(join(root, JAVA, 'pom.xml'), join(folder, 'pom.xml'));
  const copy = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  const sources = join(root, JAVA, 'src/shop');
  const files = readdirSync(sources).map((name) => join(sources, name));
  const compile = ['--release', '17', '-d', 'classes', '-cp', 'libs/*', ...files];
  return runAll(folder, hash, [
    ['jars for Java', 'mvn', [...copy, '-DoutputDirectory=libs'], { cwd: folder }],
    ['service in Java', 'javac', compile, { cwd: folder }],
  ]);
}

/** Java's class path and agent from the folder of `setupJava`. */
export function javaFiles(folder) {
  const jars = readdirSync(join(folder, 'libs')).map((name) => join(folder, 'libs', name));
  const isAgent = (path) => path.includes('opentelemetry-javaagent');
  const classPath = [join(folder, 'classes'), ...jars.filter((path) => !isAgent(path))];
  return { agent: jars.find(isAgent), classPath: classPath.filter(existsSync).join(':') };
}
