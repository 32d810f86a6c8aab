import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { rustTlsPath } from '../../../scripts/lib/rust-tls.mjs';
import {
  Child,
  connectLoad,
  type LoadOptions,
  loadServer,
  runLoad,
  startLoad,
} from './children.ts';

/** A server and its clients, at work when they are told to. */
export interface Pair {
  readonly port: number;
  /** Connections that will be used are opened: requests that this took. */
  readonly open: () => Promise<number>;
  /** Requests that were answered. */
  readonly ask: () => Promise<number>;
  readonly end: () => Promise<void>;
}

export interface PairScenario {
  readonly name: string;
  /** What the host lacks for it; undefined: nothing. */
  readonly lacks: string | undefined;
  readonly start: () => Promise<Pair>;
}

function lacking(...commands: readonly (readonly string[])[]): string | undefined {
  return commands.find(([command = '', ...args]) => spawnSync(command, args).status !== 0)?.[0];
}

const OPENSSL = ['openssl', 'version'];
const PYTHON = ['python3', '-c', 'import ssl'];
export const HAS_CERTIFICATES: boolean = lacking(OPENSSL) === undefined;
const folder = mkdtempSync(join(tmpdir(), 'sonde-bench-agent-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const CERT = join(folder, 'cert.pem');
const KEY = join(folder, 'key.pem');
let hasCertificate = false;

/** Files of a certificate of one's own and its key. */
export function certificate(): readonly [string, string] {
  if (!hasCertificate) {
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
    const args = [...made, '-keyout', KEY, '-out', CERT, '-subj', '/CN=localhost'];
    execFileSync('openssl', args, { stdio: 'ignore' });
    hasCertificate = true;
  }
  return [CERT, KEY];
}

/** A program that says its port in a line. */
async function serving(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.once('line', (line) => resolve(Number(line)));
    child.once('error', reject);
  });
  return { server: new Child(child), port };
}

/** A program that waits for a line, and ends when it has asked. */
function asking(command: string, args: readonly string[], count: number) {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const ask = async (): Promise<number> => {
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.stdin.write('go\n');
    if ((await ended) !== 0) throw new Error(`${command} failed`);
    return count;
  };
  return { client: new Child(child), ask };
}

interface Nodes {
  readonly server: string;
  readonly serverArgs?: () => readonly string[];
  readonly client: string;
  readonly load: Omit<LoadOptions, 'port'>;
  /** Connections that one request each opens. */
  readonly opening: number;
}

/** Both sides by node. */
async function nodes({ server: name, serverArgs, client: asker, load, opening }: Nodes) {
  const { server, port } = await loadServer(name, serverArgs?.() ?? []);
  const client = startLoad(asker, { ...load, port });
  return {
    port,
    open: async () => {
      await connectLoad(client);
      return opening;
    },
    ask: async () => (await runLoad(client)).asked,
    end: async () => {
      await Promise.all([client.end('SIGKILL'), server.end('SIGKILL')]);
    },
  };
}

const PYTHON_SERVER = `
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    wbufsize = -1
    def do_GET(self):
        self.send_response(500 if int(self.path.split('/')[-1]) % 10 == 0 else 200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
`;

const PYTHON_CLIENT = `
import http.client, ssl, sys
port, count, kept = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'kept'
sys.stdin.readline()
context = ssl._create_unverified_context()
connection = None
for i in range(1, count + 1):
    if connection is None or not kept:
        connection = http.client.HTTPSConnection('127.0.0.1', port, context=context)
    connection.request('GET', '/r/%d' % i)
    connection.getresponse().read()
`;

async function pythons(count: number, connections: 'kept' | 'anew'): Promise<Pair> {
  const { server, port } = await serving('python3', ['-c', PYTHON_SERVER, ...certificate()]);
  const args = ['-c', PYTHON_CLIENT, String(port), String(count), connections];
  const { client, ask } = asking('python3', args, count);
  return paired({ server, port, client, ask });
}

interface Paired {
  readonly server: Child;
  readonly port: number;
  readonly client: Child;
  readonly ask: () => Promise<number>;
}

function paired({ server, port, client, ask }: Paired): Pair {
  return {
    port,
    open: async () => 0,
    ask,
    end: async () => {
      await Promise.all([client.end('SIGKILL'), server.end('SIGKILL')]);
    },
  };
}

/** Short programs, one a request. */
async function curls(count: number): Promise<Pair> {
  const { server, port } = await loadServer('load-server.ts', ['0', ...certificate()]);
  const ask = async (): Promise<number> => {
    for (let i = 1; i <= count; i++) {
      const url = `https://127.0.0.1:${port}/r/${i}`;
      await new Promise((resolve) => {
        spawn('curl', ['-sk', '--http1.1', '-o', '/dev/null', url]).once('exit', resolve);
      });
    }
    return count;
  };
  return { port, open: async () => 0, ask, end: () => server.end('SIGKILL') };
}

/** Between program and request the agent has time to look into a program that it never saw. */
const PROGRAM_START_MS = 1_500;

/** Of a program that serves and asks: `programs/go-tls`, `programs/rust-tls`. */
async function program(path: string, count: number, workers: number): Promise<Pair> {
  const { server, port } = await serving(path, ['serve', ...certificate()]);
  const url = `https://127.0.0.1:${port}/r/1`;
  const { client, ask } = asking(path, ['ask', url, String(count), String(workers)], count);
  const pair = paired({ server, port, client, ask });
  return {
    ...pair,
    ask: async () => {
      await new Promise((resolve) => setTimeout(resolve, PROGRAM_START_MS));
      return ask();
    },
  };
}

function buildGo(): string {
  const path = join(folder, 'go-tls');
  const sources = fileURLToPath(
    new URL('../../../ebpf-agent/test/programs/go-tls/', import.meta.url),
  );
  const env = { ...process.env, GOTOOLCHAIN: 'local' };
  execFileSync('go', ['build', '-ldflags', '-s -w', '-o', path, '.'], { cwd: sources, env });
  return path;
}

/** Whoever is started meanwhile sees the variable. */
async function withVariable<T>(name: string, run: () => Promise<T>): Promise<T> {
  process.env[name] = 'yes';
  try {
    return await run();
  } finally {
    delete process.env[name];
  }
}

const SPACES = ['sonde-bench-a', 'sonde-bench-b'] as const;
const ADDRESSES = ['10.231.7.1', '10.231.7.2'] as const;

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'ignore' });
}

/** Server and client each in a network namespace of its own, with a cable between them. */
async function namespaces(load: Omit<LoadOptions, 'port'>): Promise<Pair> {
  for (const space of SPACES) ip('netns', 'add', space);
  const [here, there] = SPACES;
  ip('link', 'add', 'sonde-a', 'netns', here, 'type', 'veth', 'peer', 'sonde-b', 'netns', there);
  for (const [i, space] of SPACES.entries()) {
    const link = i === 0 ? 'sonde-a' : 'sonde-b';
    ip('-n', space, 'address', 'add', `${ADDRESSES[i]}/30`, 'dev', link);
    ip('-n', space, 'link', 'set', link, 'up');
  }
  process.env['LOAD_HOST'] = ADDRESSES[0];
  const { server, port } = await loadServer('load-server.ts', [], here);
  const client = startLoad('load-client.ts', { ...load, port }, there);
  delete process.env['LOAD_HOST'];
  return {
    port,
    open: async () => {
      await connectLoad(client);
      return load.connections;
    },
    ask: async () => (await runLoad(client)).asked,
    end: async () => {
      await Promise.all([client.end('SIGKILL'), server.end('SIGKILL')]);
      for (const space of SPACES) ip('netns', 'delete', space);
    },
  };
}

const SECURE_NODES = {
  server: 'load-server.ts',
  serverArgs: () => ['0', ...certificate()],
  client: 'load-client.ts',
};
const HTTP2_NODES = { server: 'load-http2-server.ts', client: 'load-http2-client.ts' };

function lackingRustTls(): string | undefined {
  return (
    lacking(OPENSSL) ?? (existsSync(rustTlsPath()) ? undefined : 'rust-tls, which npm test builds')
  );
}

export const PAIRS: readonly PairScenario[] = [
  {
    name: 'two network namespaces',
    lacks: lacking(['ip', 'netns']),
    start: () => namespaces({ mode: 'keep-alive', count: 5_000, connections: 20 }),
  },
  {
    name: 'TLS, node, kept',
    lacks: lacking(OPENSSL),
    start: () =>
      nodes({
        ...SECURE_NODES,
        load: { mode: 'TLS keep-alive', count: 5_000, connections: 20 },
        opening: 20,
      }),
  },
  {
    name: 'TLS, node, one a request',
    lacks: lacking(OPENSSL),
    start: () =>
      nodes({
        ...SECURE_NODES,
        load: { mode: 'TLS connection a request', count: 1_000, connections: 10 },
        opening: 0,
      }),
  },
  {
    name: 'TLS, Python, kept',
    lacks: lacking(OPENSSL, PYTHON),
    start: () => pythons(2_000, 'kept'),
  },
  {
    name: 'TLS, Python, one a request',
    lacks: lacking(OPENSSL, PYTHON),
    start: () => pythons(200, 'anew'),
  },
  {
    name: 'TLS, curl',
    lacks: lacking(OPENSSL, ['curl', '--version']),
    start: () => curls(100),
  },
  {
    name: 'TLS, Go, stripped',
    lacks: lacking(OPENSSL, ['go', 'version']),
    start: () => program(buildGo(), 10_000, 20),
  },
  {
    name: 'HTTP/2 in TLS, Go',
    lacks: lacking(OPENSSL, ['go', 'version']),
    start: () => withVariable('GO_TLS_HTTP2', () => program(buildGo(), 10_000, 20)),
  },
  {
    name: 'TLS, rustls',
    lacks: lackingRustTls(),
    start: () => program(rustTlsPath(), 10_000, 20),
  },
  {
    name: 'TLS, rustls, one a request',
    lacks: lackingRustTls(),
    start: () => program(rustTlsPath(), 200, 200),
  },
  {
    name: 'HTTP/2 in TLS, rustls',
    lacks: lackingRustTls(),
    start: () => withVariable('RUST_TLS_HTTP2', () => program(rustTlsPath(), 10_000, 20)),
  },
  {
    name: 'HTTP/2, 50 at once',
    lacks: undefined,
    start: () =>
      nodes({ ...HTTP2_NODES, load: { mode: 'h2', count: 5_000, connections: 5 }, opening: 5 }),
  },
  {
    name: 'gRPC, 50 at once',
    lacks: undefined,
    start: () =>
      nodes({ ...HTTP2_NODES, load: { mode: 'grpc', count: 5_000, connections: 5 }, opening: 5 }),
  },
];
