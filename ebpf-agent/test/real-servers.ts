import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where `npm run setup:servers` unpacks servers that the machine lacks. */
const UNPACKED = '/var/cache/sonde/servers';
const FOLDERS = ['/usr/local/bin', '/usr/bin', '/usr/sbin'];
const ATTEMPTS_MAX = 300;
const ATTEMPT_MS = 50;

export const UNPACKED_ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  LD_LIBRARY_PATH: join(UNPACKED, 'usr/lib/x86_64-linux-gnu'),
};

export interface Program {
  readonly path: string;
  /** What the package's other files lie under: `/usr`, or where it was unpacked. */
  readonly base: string;
}

/** A server of the machine, or an unpacked one; undefined where there is none: its tests are skipped. */
export function findProgram(name: string): Program | undefined {
  for (const folder of FOLDERS) {
    for (const root of ['', UNPACKED]) {
      const path = `${root}${folder}/${name}`;
      if (existsSync(path)) return { path, base: `${root}/usr` };
    }
  }
  return undefined;
}

function connected(port: number, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** A socket whose answers are awaited by what they end with. */
export class Client {
  readonly socket: Socket;
  #heard = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data) => {
      this.#heard = Buffer.concat([this.#heard, data]);
      socket.emit('heard');
    });
  }

  static async to(port: number): Promise<Client> {
    return new Client(await connected(port));
  }

  /** Writes, and waits until `isOver` says that what came since is all. */
  async ask(bytes: string | Buffer, isOver: (heard: Buffer) => boolean): Promise<Buffer> {
    this.#heard = Buffer.alloc(0);
    this.socket.write(bytes);
    return this.hear(isOver);
  }

  async hear(isOver: (heard: Buffer) => boolean): Promise<Buffer> {
    while (!isOver(this.#heard)) {
      await new Promise((resolve) => this.socket.once('heard', resolve));
    }
    return this.#heard;
  }
}

/** A server in a folder of its own, until it is stopped. */
export class RunningServer {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'sonde-server-'));
  #child: ChildProcess | undefined;

  /** Runs something before the server: to make its files. */
  prepare(program: string, args: readonly string[]): void {
    const result = spawnSync(program, args, { env: UNPACKED_ENVIRONMENT, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(result.stderr);
  }

  /** Resolves when it accepts connections. */
  async start(
    program: string,
    args: readonly string[],
    { port, host }: { readonly port: number; readonly host?: string },
  ): Promise<void> {
    const child = spawn(program, args, { env: UNPACKED_ENVIRONMENT, stdio: 'ignore' });
    this.#child = child;
    for (let i = 0; i < ATTEMPTS_MAX; i++) {
      try {
        (await connected(port, host)).destroy();
        return;
      } catch {
        // Not yet: a server has no other way to say that it listens.
        await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
      }
    }
    throw new Error(`${program} does not listen on ${port}`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
