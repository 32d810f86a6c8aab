// One process of the shop: started, watched, started again when it dies, and ended.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LogFile } from './log-file.mjs';
import { canConnect } from './ports.mjs';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 8000;
const LOOK_MS = 100;
const RESTARTS_MAX = 5;
const RESTART_PAUSE_MS = 2000;
const SETPRIV = '/usr/bin/setpriv';

export class Child {
  #recipe;
  #process;
  #log;
  #restarts = 0;
  #isEnding = false;
  #say;

  /** `recipe`: name, command, args, env, port, and where they differ cwd, uid, gid, input, signal. */
  constructor(recipe, { logPath, say }) {
    this.#recipe = recipe;
    this.#log = new LogFile(logPath);
    this.#say = say;
  }

  get name() {
    return this.#recipe.name;
  }

  get pid() {
    return this.isRunning ? this.#process.pid : undefined;
  }

  get port() {
    return this.#recipe.port;
  }

  get version() {
    return this.#recipe.version;
  }

  get isRunning() {
    const child = this.#process;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when it takes connections (at once where it has no port). */
  async start() {
    this.#isEnding = false;
    this.#spawn();
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#isReady())) {
      if (this.#isEnding) return;
      if (!this.isRunning) throw new Error(`${this.name} ended at once:\n${this.#log.tail}`);
      if (Date.now() > deadline) throw new Error(`${this.name} is not up:\n${this.#log.tail}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** In order; killed when that takes too long. */
  async stop() {
    this.#isEnding = true;
    if (!this.isRunning) return;
    const child = this.#process;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill(this.#recipe.signal ?? 'SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  }

  /** Ends it and starts it as another version. */
  async redeploy(changes) {
    await this.stop();
    this.#recipe = { ...this.#recipe, ...changes };
    await this.start();
  }

  async #isReady() {
    return this.port === undefined ? this.isRunning : canConnect(this.port);
  }

  #spawn() {
    const { command, args, env, cwd, uid, gid, input } = this.#recipe;
    // Whatever ends this process, the kernel ends its children: nothing is left behind.
    const guarded = existsSync(SETPRIV)
      ? [SETPRIV, ['--pdeathsig', 'KILL', '--', command, ...args]]
      : [command, args];
    const child = spawn(...guarded, {
      env,
      cwd,
      ...(uid === undefined ? {} : { uid, gid }),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // Ctrl-C of a terminal reaches this process alone, which ends the others in order.
      detached: true,
    });
    this.#process = child;
    child.stdin?.on('error', (error) => this.#log.write(Buffer.from(`${error.message}\n`)));
    child.stdin?.end(input);
    child.stdout.on('data', (chunk) => this.#log.write(chunk));
    child.stderr.on('data', (chunk) => this.#log.write(chunk));
    child.once('error', (error) => this.#log.write(Buffer.from(`${error.message}\n`)));
    child.once('exit', (code, signal) => this.#onExit(code ?? signal));
  }

  #onExit(how) {
    if (this.#isEnding) return;
    this.#say(`${this.name} ended with ${how}; its words are in ${this.#log.path}`);
    if (this.#restarts >= RESTARTS_MAX) return;
    this.#restarts += 1;
    setTimeout(() => {
      if (!this.#isEnding) this.#spawn();
    }, RESTART_PAUSE_MS).unref();
  }
}
