import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLOCK_TICKS = 100;

function path(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

/** A process whose CPU time can be read. */
export class Child {
  readonly process: ChildProcess;

  constructor(process: ChildProcess) {
    this.process = process;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** User and system time of all its threads; ended children count in it. Microseconds. */
  cpuUs(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1e6) / CLOCK_TICKS;
  }

  rssMb(): number {
    return this.#statusMb('VmRSS');
  }

  /** The most that it ever had. */
  peakRssMb(): number {
    return this.#statusMb('VmHWM');
  }

  #statusMb(name: string): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1000;
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill(signal);
    await ended;
  }

  /** The next message over IPC. */
  message(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.process.once('message', resolve);
      this.process.once('exit', (code) => reject(new Error(`${this.pid} ended with ${code}`)));
    });
  }
}

/** A child of node, in a network namespace of that name where one is given. */
function forked(name: string, args: readonly string[], space: string | undefined): Child {
  if (space === undefined) return new Child(fork(path(name), args));
  const execArgv = ['netns', 'exec', space, process.execPath, ...process.execArgv];
  return new Child(fork(path(name), args, { execPath: 'ip', execArgv }));
}

/** A server that says its port over IPC. */
export async function loadServer(
  name: string,
  args: readonly string[],
  space?: string,
): Promise<{ server: Child; port: number }> {
  const server = forked(name, args, space);
  const said = await server.message();
  if (typeof said !== 'object' || said === null || !('port' in said)) throw new Error('no port');
  return { server, port: Number(said.port) };
}

export function startServer(
  busyUs = 0,
  certificate: readonly string[] = [],
): Promise<{ server: Child; port: number }> {
  return loadServer('load-server.ts', [String(busyUs), ...certificate]);
}

/** A Python server that forks for each connection. */
const FORKING = `
import http.server, socketserver
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        body = b'{}'
        self.send_response(500 if int(self.path.split('/')[-1]) % 10 == 0 else 200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
class Server(socketserver.ForkingMixIn, http.server.HTTPServer):
    request_queue_size = 1024
    max_children = 200
server = Server(('127.0.0.1', 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
`;

export async function startForkingServer(): Promise<{ server: Child; port: number }> {
  const child = spawn('python3', ['-c', FORKING], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.once('line', (line) => resolve(Number(line)));
    child.once('error', reject);
  });
  return { server: new Child(child), port };
}

export interface LoadOptions {
  readonly mode: string;
  readonly port: number;
  readonly count: number;
  readonly connections: number;
  /** 0: as fast as it goes. */
  readonly perSecond?: number;
}

export function startLoad(
  name: string,
  { mode, port, count, connections, perSecond = 0 }: LoadOptions,
  space?: string,
): Child {
  return forked(name, [mode, port, count, connections, perSecond].map(String), space);
}

export function startClient(options: LoadOptions): Child {
  return startLoad('load-client.ts', options);
}

/** Requests that the client finished, and its own CPU time. */
export async function runLoad(client: Child): Promise<{ asked: number; cpuUs: number }> {
  const answer = client.message();
  client.process.send('go');
  const said = await answer;
  if (typeof said !== 'object' || said === null || !('asked' in said) || !('cpuUs' in said)) {
    throw new Error('no count');
  }
  return { asked: Number(said.asked), cpuUs: Number(said.cpuUs) };
}

export async function connectLoad(client: Child): Promise<void> {
  const answer = client.message();
  client.process.send('connect');
  await answer;
}
