import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { get, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { get as getSecurely, Agent as HttpsAgent } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';

const START_MS = 60_000;
/** Requests that are under way at a time. */
const CONNECTIONS = 4;
/** Requests a second that each program gets: one that is always busy shows what its host lacks, not the agent. */
const RATE = Number(process.env['AGENT_DRILL_SOAK_RATE'] ?? 500);
/** What a busy host kept from being asked is made up for that far back. */
const BEHIND_MS_MAX = 1_000;
const ANSWER = 'ok';

interface Observed {
  readonly name: string;
  readonly isSecure?: boolean;
  /** What must be there, or the program is left out. */
  readonly needs: string;
  readonly file: string;
  readonly source: string;
  readonly command: (file: string, port: string) => readonly string[];
}

const PYTHON = `
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200); self.send_header('Content-Length', '2'); self.end_headers()
        self.wfile.write(b'ok')
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2] + '/cert.pem', sys.argv[2] + '/key.pem')
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`;

const GO = `package main
import ("net/http"; "os")
func main() {
  http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok")) })
  panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
`;

const JAVA = `import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
public class Observed {
  public static void main(String[] args) throws Exception {
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 50);
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write("ok".getBytes());
      exchange.close();
    });
    server.start();
  }
}
`;

/** Servers that close no idle connection by themselves: on a busy host that would be taken for a failure. */
const NODE = `const server = require('node:http').createServer((_, response) => response.end('ok'));
server.keepAliveTimeout = 0;
server.listen(Number(process.argv[2]), '127.0.0.1');
`;
const JAVA_FLAGS = ['-Dsun.net.httpserver.idleInterval=86400', '-Xmx64m'];

const OBSERVED: readonly Observed[] = [
  {
    ...{ name: 'python', needs: 'python3', file: 'observed.py', source: PYTHON },
    command: (file, port) => ['python3', file, port],
  },
  {
    ...{ name: 'node', needs: 'node', file: 'observed.js', source: NODE },
    command: (file, port) => ['node', file, port],
  },
  {
    ...{ name: 'go', needs: 'go', file: 'observed.go', source: GO },
    command: (file, port) => [`${file}.bin`, port],
  },
  {
    ...{ name: 'java', needs: 'java', file: 'Observed.java', source: JAVA },
    command: (file, port) => ['java', ...JAVA_FLAGS, file, port],
  },
  {
    ...{ name: 'tls', isSecure: true, needs: 'openssl', file: 'secure.py', source: PYTHON },
    command: (file, port) => ['python3', file, port, join(file, '..')],
  },
];

/** What a program went through in one run. */
export interface Soaked {
  readonly name: string;
  readonly answered: number;
  readonly failed: number;
  /** It ended by itself. */
  readonly hasEnded: boolean;
  /** After a quarter of the run, and at its end. */
  readonly earlyRssKb: number;
  readonly rssKb: number;
}

/** Programs that are there, each under load for that long. Servers of their own, and no agent in them. */
export async function soak(folder: string, seconds: number): Promise<readonly Soaked[]> {
  prepareSecrets(folder);
  const present = OBSERVED.filter(({ needs }) => spawnSync('which', [needs]).status === 0);
  return Promise.all(present.map((observed) => soakOne(observed, folder, seconds)));
}

function prepareSecrets(folder: string): void {
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
  const into = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  spawnSync('openssl', ['req', '-x509', ...subject, ...into]);
}

async function soakOne(observed: Observed, folder: string, seconds: number): Promise<Soaked> {
  const { name, file, source, command, isSecure = false } = observed;
  const path = join(folder, file);
  writeFileSync(path, source);
  if (name === 'go') {
    const built = spawnSync('go', ['build', '-o', `${path}.bin`, path], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`go build: ${built.stderr}`);
  }
  const port = await freePort();
  const [program = '', ...args] = command(path, String(port));
  const child = spawn(program, args, { stdio: 'ignore' });
  try {
    await reached(port);
    const deadline = performance.now() + seconds * 1_000;
    const loads = Array.from({ length: CONNECTIONS }, () => load(port, isSecure, deadline));
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / 4));
    const earlyRssKb = rssOf(child);
    const counts = await Promise.all(loads);
    return {
      name,
      answered: counts.reduce((sum, { answered }) => sum + answered, 0),
      failed: counts.reduce((sum, { failed }) => sum + failed, 0),
      hasEnded: hasEnded(child),
      earlyRssKb,
      rssKb: rssOf(child),
    };
  } finally {
    child.kill('SIGKILL');
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function rssOf({ pid = 0 }: ChildProcess): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout.trim());
}

interface Counts {
  answered: number;
  failed: number;
}

/** One request after the other on a connection that is kept, as many as are due by now. */
async function load(port: number, isSecure: boolean, deadline: number): Promise<Counts> {
  const counts = { answered: 0, failed: 0 };
  const agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const everyMs = (1_000 * CONNECTIONS) / RATE;
  let dueMs = performance.now();
  while (performance.now() < deadline) {
    if (await ask(port, isSecure, agent)) counts.answered++;
    else counts.failed++;
    dueMs = Math.max(dueMs + everyMs, performance.now() - BEHIND_MS_MAX);
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  agent.destroy();
  return counts;
}

function ask(port: number, isSecure: boolean, agent: HttpAgent | HttpsAgent): Promise<boolean> {
  return new Promise((resolve) => {
    const take = (response: IncomingMessage): void => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => resolve(response.statusCode === 200 && text === ANSWER));
      response.on('error', () => resolve(false));
    };
    const options = { host: '127.0.0.1', port, agent };
    const sent = isSecure
      ? getSecurely({ ...options, rejectUnauthorized: false }, take)
      : get(options, take);
    sent.on('error', () => resolve(false));
  });
}

async function reached(port: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isThere) return;
    if (Date.now() > deadline) throw new Error(`nobody listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
